"""Clients that go: what was run for them ends, down to the statement in Postgres."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from tests.gateway.conftest import Live, running
from tests.gateway.endpoints.test_websockets import INIT, hear, say, socket

SLOW = "{ quizzes { nodes { id } } }"
ASLEEP = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"deadline_s": 60, "statement_deadline_s": 60}


@pytest.fixture
async def watcher(live: Live, database_url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A connection that sees the others; every statement that reads quizzes sleeps for half a minute."""
    connection = await asyncpg.connect(database_url)
    await slow_down(connection)
    yield connection
    await connection.close()


async def slow_down(connection: "asyncpg.Connection[Any]") -> None:
    await connection.execute("ALTER TABLE quizzes RENAME TO kept_quizzes")
    await connection.execute(
        "CREATE VIEW quizzes AS SELECT kept.* FROM kept_quizzes kept WHERE (SELECT pg_sleep(30)::text IS NOT NULL)"
    )


async def until(watcher: "asyncpg.Connection[Any]", sleeping: int) -> None:
    async with asyncio.timeout(20):
        while await watcher.fetchval(ASLEEP) != sleeping:
            await asyncio.sleep(0.02)


async def begin(live: Live, query: str) -> asyncio.StreamWriter:
    """Ask over a connection of its own and do not wait for the answer."""
    host, _, port = live.url.rpartition("//")[2].partition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    body = json.dumps({"query": query}).encode()
    head = f"POST /graphql HTTP/1.1\r\nhost: {host}:{port}\r\ncontent-type: application/json\r\n"
    writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
    return writer


async def test_a_statement_ends_when_the_client_of_its_query_goes(
    live: Live, watcher: "asyncpg.Connection[Any]"
) -> None:
    writer = await begin(live, SLOW)
    await until(watcher, 1)

    writer.close()

    await until(watcher, 0)
    assert (await live.post("{ __typename }")).json() == {"data": {"__typename": "Query"}}


async def test_a_statement_ends_when_its_operation_on_a_socket_is_completed(
    live: Live, watcher: "asyncpg.Connection[Any]"
) -> None:
    async with socket(live) as opened:
        await say(opened, INIT, {"id": "1", "type": "subscribe", "payload": {"query": SLOW}})
        assert await hear(opened) == {"type": "connection_ack"}
        await until(watcher, 1)

        await say(opened, {"id": "1", "type": "complete"})

        await until(watcher, 0)
        await say(opened, {"id": "1", "type": "subscribe", "payload": {"query": "{ __typename }"}})
        assert (await hear(opened))["payload"] == {"data": {"__typename": "Query"}}


async def test_statements_end_with_their_socket(live: Live, watcher: "asyncpg.Connection[Any]") -> None:
    async with socket(live) as opened:
        await say(opened, INIT, {"id": "1", "type": "subscribe", "payload": {"query": SLOW}})
        await until(watcher, 1)

    await until(watcher, 0)


@pytest.mark.parametrize("deadline", ["deadline_s", "statement_deadline_s"])
async def test_a_deadline_ends_the_statement_and_is_told(database_url: str, deadline: str) -> None:
    async with running(database_url, **{deadline: 0.2}) as live:
        watcher = await asyncpg.connect(database_url)
        await slow_down(watcher)

        response = (await live.post(SLOW)).json()

        assert response["data"] in ({"quizzes": None}, None)
        assert response["errors"][0]["extensions"]["code"] == "TIMEOUT"
        await until(watcher, 0)
        await watcher.close()
