"""Read replicas on Debian's Postgres and Redis: two gateways, two replicas, one of them late, one killed."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.databases import migrations
from tests.deployment.clusters import USER, Cluster, initialised, owned, running_postgres, running_redis
from tests.deployment.programs import eventually, run
from tests.support.clients.prometheus import Samples
from tests.support.patience import PATIENCE_S
from tests.support.servers.gateway import free_port, running_gateway

REGISTER = """mutation ($input: RegisterInput!) {
  register(input: $input) { accessToken userErrors { __typename } }
}"""
RENAME = "mutation ($name: String!) { updateProfile(input: {displayName: $name}) { user { displayName } } }"
OWN = "{ viewer { user { displayName } } }"
TOKEN = "a token that reads metrics"


@dataclass(frozen=True)
class Site:
    """Two gateways, and the replicas that both read."""

    gateways: list[str]
    replicas: list[Cluster]


@contextlib.contextmanager
def following(primary: Cluster, folder: Path) -> Iterator[Cluster]:
    """Run a replica of the primary until the end of the block."""
    cluster = Cluster(owned(folder), free_port())
    run(
        [
            "pg_basebackup",
            "-D",
            cluster.data,
            "-d",
            primary.url,
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
            "--no-sync",
        ],
        user=USER,
    )
    with running_postgres(cluster, hot_standby_feedback="on", fsync="off"):
        yield cluster


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with contextlib.ExitStack() as stack:
        primary = stack.enter_context(running_postgres(initialised(tmp_path / "primary"), fsync="off"))
        asyncio.run(migrations.upgrade(primary.url))
        replicas = [
            stack.enter_context(following(primary, tmp_path / f"replica-{name}")) for name in ("a", "b")
        ]
        redis = stack.enter_context(running_redis(tmp_path / "redis", free_port()))
        environment = {
            "QUESTPATH_ENV": "production",
            "QUESTPATH_SECRET": "x9" * 20,
            "QUESTPATH_HOSTS": "*",
            "DATABASE_URL": primary.url,
            "DATABASE_REPLICA_URLS": ",".join(replica.url for replica in replicas),
            "QUESTPATH_REPLICA_LATE_S": "20",
            "QUESTPATH_METRICS_TOKEN": TOKEN,
            "REDIS_URL": redis,
        }
        gateways = [stack.enter_context(running_gateway(tmp_path, **environment)).url for _ in range(2)]
        yield Site(gateways, replicas)


def post(url: str, query: str, token: str | None = None, **variables: Any) -> dict[str, Any]:
    """Return the data of an operation; an error fails the test."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    body = {"query": query, "variables": variables}
    answer = httpx.post(f"{url}/graphql", json=body, headers=headers, timeout=PATIENCE_S).json()
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data


def samples(url: str) -> Samples:
    """Return the metrics of a gateway."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    return Samples(httpx.get(f"{url}/metrics", headers=headers, timeout=PATIENCE_S).text)


def name_of(url: str, token: str) -> str:
    name: str = post(url, OWN, token)["viewer"]["user"]["displayName"]
    return name


def is_used(gateway: str, replica: Cluster) -> bool:
    return samples(gateway)("replica_used", server=f"127.0.0.1:{replica.port}") == 1


def kill(cluster: Cluster) -> None:
    """Kill the main process of a cluster, with which the others end."""
    os.kill(int((cluster.data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)


def test_users_see_their_changes_while_a_replica_is_late_and_another_is_killed(site: Site) -> None:
    first, second = site.gateways
    late, killed = site.replicas
    for gateway in site.gateways:
        eventually(lambda gateway=gateway: all(is_used(gateway, each) for each in site.replicas))
    late.sql("ALTER SYSTEM SET recovery_min_apply_delay = '3s'")
    late.sql("SELECT pg_reload_conf()")
    new = {"email": "ada@example.org", "password": "correct horse battery", "handle": "ada_lovelace"}
    token = post(first, REGISTER, input=new | {"displayName": "Ada 0"})["register"]["accessToken"]

    seen = [(name_of(first, token), name_of(second, token))]
    for number in range(1, 4):
        post(site.gateways[number % 2], RENAME, token, name=f"Ada {number}")
        seen.append((name_of(first, token), name_of(second, token)))
    anonymous = [post(gateway, "{ roadmaps(first: 1) { nodes { slug } } }") for gateway in site.gateways * 4]
    before_the_kill = samples(first)("reads_total", server=f"127.0.0.1:{killed.port}")
    kill(killed)
    after_the_kill = [post(first, "{ roadmaps(first: 1) { nodes { slug } } }") for _ in range(10)]
    eventually(lambda: not is_used(first, killed))

    assert seen == [(f"Ada {number}", f"Ada {number}") for number in range(4)]
    assert len({str(each) for each in [*anonymous, *after_the_kill]}) == 1
    assert before_the_kill > 0
    assert samples(first)("writes_unshared_total") == 0
