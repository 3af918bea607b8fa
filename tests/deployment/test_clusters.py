"""The servers that the other tests of this folder build on."""

from pathlib import Path

from tests.deployment.clusters import initialised, running_postgres, running_redis
from tests.deployment.programs import run
from tests.support.servers.gateway import free_port, running_gateway


def test_the_gateway_serves_on_debian_postgres_and_redis(tmp_path: Path) -> None:
    port = free_port()
    with (
        running_postgres(initialised(tmp_path / "postgres"), fsync="off") as cluster,
        running_redis(tmp_path / "redis", port) as redis,
        running_gateway(tmp_path, DATABASE_URL=cluster.url, REDIS_URL=redis),
    ):
        users = cluster.sql("SELECT count(*) FROM users")
        version = run(["redis-cli", "-p", str(port), "info", "server"])

    assert int(users) > 0
    assert "redis_version:7" in version
