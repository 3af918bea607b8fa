"""Health checks name the state of Postgres and Redis: no space, read-only, a busy pool, a Redis that refuses to write."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from redis.asyncio import Redis

from domain.unit_of_work import Meter
from gateway.endpoints.health import STALE_S
from persistence.postgres_refusals import Reason
from tests.gateway.conftest import REGISTER, Live, running
from tests.support.servers.redis import redis_running

CREATE = """mutation ($key: String!) { createGoal(input: {title: "Read", idempotencyKey: $key}) {
  goal { id } userErrors { __typename } } }"""
NEW = {
    "email": "ada@example.org",
    "password": "correct horse battery",
    "handle": "ada",
    "displayName": "Ada",
}
NO_SPACE = """
CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER no_space BEFORE INSERT ON goals FOR EACH ROW EXECUTE FUNCTION no_space();
CREATE FUNCTION no_files() RETURNS event_trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
CREATE EVENT TRIGGER no_files ON ddl_command_start WHEN TAG IN ('CREATE TABLE AS')
EXECUTE FUNCTION no_files();
"""
SPACE = "DROP EVENT TRIGGER no_files; DROP TRIGGER no_space ON goals;"


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"pool": 3}


async def execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


async def states(live: Live) -> tuple[int, str | None, str]:
    """Return the status and the reason of a new check, and the state of the database."""
    await asyncio.sleep(STALE_S)
    await live.client.get("/health/ready")
    await asyncio.sleep(0.1)
    ready, report = await live.client.get("/health/ready"), await live.client.get("/health")
    assert ready.status_code == report.status_code
    return ready.status_code, ready.json().get("reason"), report.json()["database"]


@pytest.mark.slow
async def test_a_full_disk_is_told_until_there_is_space(live: Live, database_url: str) -> None:
    token = await live.register("ada")
    await execute(database_url, NO_SPACE)
    before = await states(live)

    refused = await live.post(CREATE, token=token, key="a-long-key-1")
    full = [await states(live) for _ in range(2)]
    reads = await live.post("{ viewer { goals(first: 1) { nodes { id } } } }", token=token)
    await execute(database_url, SPACE)
    after = await states(live)

    error = refused.json()["errors"][0]
    assert error["extensions"]["code"] == "UPSTREAM_UNAVAILABLE"
    assert error["message"] == "Nothing can be saved at the moment, only read; try again in a few minutes."
    assert before == after == (200, None, "up")
    assert full == [(503, "Postgres has no space left on its disk", "full")] * 2
    assert "errors" not in reads.json()
    assert "errors" not in (await live.post(CREATE, token=token, key="a-long-key-1")).json()


@pytest.mark.slow
async def test_a_read_only_server_is_told_until_it_writes(database_url: str) -> None:
    name = database_url.rpartition("/")[2]
    await execute(database_url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    async with running(database_url, pool=3) as live:
        read_only = await states(live)
        refused = await live.post(REGISTER, input=NEW)
        await execute(
            database_url,
            "SET default_transaction_read_only = off",
            f"ALTER DATABASE {name} RESET default_transaction_read_only",
        )
        live.app.readiness._checks.lender.pool.renew()  # as a failover does
        after = await states(live)

    assert read_only == (503, "Postgres is read-only", "read_only")
    assert [error["extensions"]["code"] for error in refused.json()["errors"]] == ["UPSTREAM_UNAVAILABLE"]
    assert after == (200, None, "up")


@pytest.mark.slow
async def test_a_pool_without_a_free_connection_is_ready(live: Live) -> None:
    database = live.app.readiness._database
    held = [database.connection(Meter()) for _ in range(3)]
    for each in held:
        await each.__aenter__()

    found = await states(live)

    assert database.load.in_use == database.load.largest
    assert found == (200, None, "up")
    for each in held:
        await each.__aexit__(None, None, None)


@pytest.mark.slow
async def test_a_locked_table_of_migrations_changes_nothing(live: Live, database_url: str) -> None:
    holder = await asyncpg.connect(database_url)
    await holder.execute("BEGIN; LOCK TABLE alembic_version")
    await states(live)
    await asyncio.sleep(1)

    found = await states(live)

    await holder.close()
    assert found == (200, None, "up")
    assert live.app.readiness._checks.lender.refusals[Reason.LOCKED] > 0


@asynccontextmanager
async def on_redis(database_url: str) -> AsyncIterator[tuple[Live, "Redis"]]:
    with redis_running() as server:
        async with (
            running(database_url, pool=3, redis_url=server.connection_url) as live,
            Redis.from_url(server.connection_url) as redis,
        ):
            yield live, redis


@pytest.mark.slow
@pytest.mark.parametrize(
    "state", ["CONFIG SET maxmemory 1", "REPLICAOF 127.0.0.1 1", "ACL SETUSER default -@write"]
)
async def test_a_redis_that_refuses_to_write_is_degraded_and_says_so(database_url: str, state: str) -> None:
    async with on_redis(database_url) as (live, redis):
        ready = (await live.client.get("/health/ready")).json()
        await redis.execute_command(*state.split())
        found = await states(live)
        report = (await live.client.get("/health")).json()
        token = await live.register("ada")
        response = await live.post("{ viewer { user { handle } } }", token=token)

    assert ready == {"status": "ready"}
    assert found == (200, "Redis refuses to write", "up")
    assert report["cache"] == "refusing"
    assert response.json()["data"] == {"viewer": {"user": {"handle": "ada"}}}
