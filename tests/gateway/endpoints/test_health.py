"""Health checks: respond in time even if Postgres does not, and stay ready while it is slow."""

import asyncio
import time
from datetime import datetime
from importlib import metadata
from typing import Any

import asyncpg
import pytest

from gateway.databases import migrations
from gateway.endpoints.health import PATIENCE_S, STALE_S
from tests.gateway.conftest import Live, running
from tests.support.servers.blockable_proxy import BlockableProxy

IN_TIME_S = 0.1
VERSION = metadata.version("questpath")


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"pool": 2}


async def test_health_responds_in_time_while_postgres_accepts_connections_but_never_responds(
    database_url: str,
) -> None:
    async with BlockableProxy(database_url).running() as proxy, running(proxy.url, pool=2) as live:
        ready = await live.client.get("/health/ready")
        proxy.block()
        await asyncio.sleep(STALE_S)
        await live.client.get("/health/ready")
        await asyncio.sleep(PATIENCE_S)
        took, responses = [], []
        for path in ["/health/ready", "/health/live"] * 4:
            began = time.monotonic()
            responses.append(await live.client.get(path))
            took.append(time.monotonic() - began)
        several = await asyncio.gather(*[live.client.get("/health/ready") for _ in range(20)])
        proxy.unblock()

    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
    assert [response.status_code for response in responses] == [503, 200] * 4
    assert sorted(took)[len(took) // 2] < IN_TIME_S
    assert {response.status_code for response in several} == {503}
    assert responses[0].json()["reason"] == "Postgres does not answer"


async def test_a_slow_postgres_does_not_end_readiness(database_url: str) -> None:
    async with BlockableProxy(database_url).running() as proxy, running(proxy.url, pool=2) as live:
        ready = [await live.client.get("/health/ready")]
        for _ in range(2):
            await asyncio.sleep(STALE_S)
            proxy.block()
            ready += [await live.client.get("/health/ready") for _ in range(4)]
            proxy.unblock()
            await asyncio.sleep(0.1)
            ready.append(await live.client.get("/health/ready"))

    assert {response.status_code for response in ready} == {200}


async def test_the_report_says_what_runs_and_in_which_state(live: Live) -> None:
    response = await live.client.get("/health")

    body = response.json()
    assert response.status_code == 200
    assert datetime.fromisoformat(body.pop("timestamp")).tzinfo is not None
    assert body == {"status": "healthy", "version": VERSION, "database": "up", "cache": "none"}
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("change", "database"),
    [
        ("DROP TABLE alembic_version", "behind"),
        ("UPDATE alembic_version SET version_num = '0001'", "behind"),
        ("UPDATE alembic_version SET version_num = '9999'", "up"),
    ],
)
async def test_a_database_that_is_behind_is_unhealthy_and_says_what_to_run(
    live: Live, database_url: str, change: str, database: str
) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(change)
    await connection.close()

    ready, report = await live.client.get("/health/ready"), await live.client.get("/health")

    is_behind = database == "behind"
    assert report.json()["database"] == database
    assert {ready.status_code, report.status_code} == {503 if is_behind else 200}
    assert report.json()["status"] == ("unhealthy" if is_behind else "healthy")
    assert ("questpath migrate" in ready.text) == is_behind


async def test_without_redis_the_cache_is_down_and_the_process_healthy(
    database_url: str, redis_url: str
) -> None:
    async with running(database_url, redis_url=redis_url) as live:
        with_redis = (await live.client.get("/health")).json()
    async with running(database_url, redis_url="redis://127.0.0.1:1") as live:
        response = await live.client.get("/health")

    assert with_redis["cache"] == "up"
    assert (response.status_code, response.json()["cache"]) == (200, "down")


async def test_a_process_that_drains_is_unhealthy(live: Live) -> None:
    live.app.pipeline.drain.begin()

    response = await live.client.get("/health")

    assert (response.status_code, response.json()["status"]) == (503, "unhealthy")


def test_only_a_database_with_an_older_migration_or_none_is_behind() -> None:
    newest = migrations.newest()

    assert migrations.is_behind(None)
    assert migrations.is_behind(f"{int(newest) - 1:04}")
    assert not migrations.is_behind(newest)
    assert not migrations.is_behind(f"{int(newest) + 1:04}")
