"""Disconnects: what runs for a client ends when it disconnects, down to the statement in Postgres."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from tests.gateway.conftest import Live, running
from tests.support.clients.websockets import INIT, hear, say, socket

SLOW = "{ quizzes { nodes { id } } }"
SLEEPING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
)


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"deadline_s": 60, "statement_deadline_s": 60}


@pytest.fixture
async def observer(live: Live, database_url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A connection to observe the others; every statement that reads quizzes sleeps for half a minute."""
    connection = await asyncpg.connect(database_url)
    await slow_down(connection)
    yield connection
    await connection.close()


async def slow_down(connection: "asyncpg.Connection[Any]") -> None:
    await connection.execute("ALTER TABLE quizzes RENAME TO kept_quizzes")
    await connection.execute(
        "CREATE VIEW quizzes AS SELECT kept.* FROM kept_quizzes kept WHERE (SELECT pg_sleep(30)::text IS NOT NULL)"
    )


async def wait_for_sleeping(observer: "asyncpg.Connection[Any]", count: int) -> None:
    async with asyncio.timeout(20):
        while await observer.fetchval(SLEEPING) != count:
            await asyncio.sleep(0.02)


async def begin(live: Live, query: str) -> asyncio.StreamWriter:
    """Send a query on a new connection without waiting for the response."""
    host, _, port = live.url.rpartition("//")[2].partition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    body = json.dumps({"query": query}).encode()
    head = f"POST /graphql HTTP/1.1\r\nhost: {host}:{port}\r\ncontent-type: application/json\r\n"
    writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
    return writer


async def test_a_statement_ends_when_the_client_of_its_query_disconnects(
    live: Live, observer: "asyncpg.Connection[Any]"
) -> None:
    writer = await begin(live, SLOW)
    await wait_for_sleeping(observer, 1)

    writer.close()

    await wait_for_sleeping(observer, 0)
    assert (await live.post("{ __typename }")).json() == {"data": {"__typename": "Query"}}


async def test_a_statement_ends_when_its_operation_on_a_websocket_is_completed(
    live: Live, observer: "asyncpg.Connection[Any]"
) -> None:
    async with socket(live) as opened:
        await say(opened, INIT, {"id": "1", "type": "subscribe", "payload": {"query": SLOW}})
        assert await hear(opened) == {"type": "connection_ack"}
        await wait_for_sleeping(observer, 1)

        await say(opened, {"id": "1", "type": "complete"})

        await wait_for_sleeping(observer, 0)
        await say(opened, {"id": "1", "type": "subscribe", "payload": {"query": "{ __typename }"}})
        assert (await hear(opened))["payload"] == {"data": {"__typename": "Query"}}


async def test_statements_end_with_their_websocket(live: Live, observer: "asyncpg.Connection[Any]") -> None:
    async with socket(live) as opened:
        await say(opened, INIT, {"id": "1", "type": "subscribe", "payload": {"query": SLOW}})
        await wait_for_sleeping(observer, 1)

    await wait_for_sleeping(observer, 0)


@pytest.mark.parametrize("deadline", ["deadline_s", "statement_deadline_s"])
async def test_a_deadline_ends_the_statement_with_an_error(database_url: str, deadline: str) -> None:
    async with running(database_url, **{deadline: 0.2}) as live:
        observer = await asyncpg.connect(database_url)
        await slow_down(observer)

        response = (await live.post(SLOW)).json()

        assert response["data"] in ({"quizzes": None}, None)
        assert response["errors"][0]["extensions"]["code"] == "TIMEOUT"
        await wait_for_sleeping(observer, 0)
        await observer.close()
