"""`gql`, the Python client, over each of its transports; told as the JavaScript clients do."""

import asyncio
import json
import sys
import time
import traceback
from collections.abc import AsyncGenerator, Callable, Coroutine
from importlib.metadata import version
from typing import Any

from gql import Client, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.requests import RequestsHTTPTransport
from gql.transport.websockets import WebsocketsTransport

PATIENCE_S = 60
URL = sys.argv[1] + "/graphql"
SOCKET = URL.replace("http", "ws", 1)
ADA = {"email": "ada@questpath.example", "password": "a quest for every day"}
BOARD = (
    "query Board($first: Int!) { leaderboard { total entries(first: $first) { rank xp user { handle } } } }"
)
VIEWER = "query Me { viewer { user { handle } } }"
LOGIN = (
    "mutation Login($input: LoginInput!) { login(input: $input) { accessToken userErrors { __typename } } }"
)
CHANGED = """subscription Changed($first: Int!) { leaderboardChanged(first: $first) { __typename
  ... on LeaderboardSnapshot { version } ... on LeaderboardDelta { version since left } } }"""

Case = Callable[[], Coroutine[Any, Any, None]]


def is_board(data: dict[str, Any]) -> None:
    assert data["leaderboard"]["entries"][0]["rank"] == 1


def is_ada(data: dict[str, Any]) -> None:
    assert data["viewer"]["user"]["handle"] == "ada"


async def token() -> str:
    transport = HTTPXAsyncTransport(URL)
    async with Client(transport=transport) as session:
        data = await session.execute(gql(LOGIN), variable_values={"input": ADA})
    assert data["login"]["userErrors"] == []
    return f"Bearer {data['login']['accessToken']}"


async def query_by_requests() -> None:
    def ask() -> None:
        with Client(transport=RequestsHTTPTransport(URL), fetch_schema_from_transport=True) as session:
            is_board(session.execute(gql(BOARD), variable_values={"first": 3}))

    await asyncio.to_thread(ask)


async def query_by_httpx() -> None:
    async with Client(transport=HTTPXAsyncTransport(URL), fetch_schema_from_transport=True) as session:
        is_board(await session.execute(gql(BOARD), variable_values={"first": 3}))


async def query_by_aiohttp() -> None:
    headers = {"Authorization": await token()}
    async with Client(transport=AIOHTTPTransport(URL, headers=headers, ssl=False)) as session:
        is_ada(await session.execute(gql(VIEWER)))


async def mutation() -> None:
    assert (await token()).startswith("Bearer ey")


async def error() -> None:
    async with Client(transport=HTTPXAsyncTransport(URL)) as session:
        errors: list[Any] = []
        try:
            await session.execute(gql("{ leaderbord { total } }"))
        except TransportQueryError as refused:
            errors = refused.errors or []
    assert errors[0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def by_websockets() -> None:
    payload = {"authorization": await token()}
    async with Client(transport=WebsocketsTransport(SOCKET, init_payload=payload)) as session:
        is_ada(await session.execute(gql(VIEWER)))
        await _two(session.subscribe(gql(CHANGED), variable_values={"first": 100}))


async def by_aiohttp_websockets() -> None:
    payload = {"authorization": await token()}
    async with Client(transport=AIOHTTPWebsocketsTransport(SOCKET, init_payload=payload)) as session:
        is_ada(await session.execute(gql(VIEWER)))
        await _two(session.subscribe(gql(CHANGED), variable_values={"first": 100}))


async def _two(messages: AsyncGenerator[dict[str, Any], None]) -> None:
    found = []
    async for message in messages:
        found.append(message["leaderboardChanged"])
        if len(found) == 2:
            break
    await messages.aclose()
    assert [message["__typename"] for message in found] == ["LeaderboardSnapshot", "LeaderboardDelta"]
    assert found[1]["since"] == found[0]["version"]


CASES: dict[str, Case] = {
    "query (requests)": query_by_requests,
    "query (httpx)": query_by_httpx,
    "token (aiohttp)": query_by_aiohttp,
    "mutation": mutation,
    "error": error,
    "query, subscription (websockets)": by_websockets,
    "query, subscription (aiohttp ws)": by_aiohttp_websockets,
}


async def main() -> int:
    """Run the cases one after another and return how many failed."""
    failed = 0
    for name, run in CASES.items():
        line: dict[str, Any] = {"client": f"gql {version('gql')} (Python)", "case": name}
        began = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE_S):
                await run()
            line["result"] = "ok"
        except Exception:  # noqa: BLE001 - told in the table
            failed += 1
            line |= {"result": "FAILED", "detail": traceback.format_exc()[-1500:]}
        line["ms"] = round((time.perf_counter() - began) * 1_000)
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    return failed


if __name__ == "__main__":
    sys.exit(min(1, asyncio.run(main())))
