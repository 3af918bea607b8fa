"""graphql-transport-ws, frame by frame."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from gateway.streams import watchdogs
from tests.gateway.conftest import Live

PROTOCOL = Subprotocol("graphql-transport-ws")
INIT: dict[str, Any] = {"type": "connection_init"}
HELLO: dict[str, Any] = {"id": "1", "type": "subscribe", "payload": {"query": "{ __typename }"}}


@contextlib.asynccontextmanager
async def socket(live: Live, **options: Any) -> AsyncIterator[ClientConnection]:
    url = live.url.replace("http", "ws") + "/graphql"
    async with connect(url, subprotocols=[PROTOCOL], **options) as opened:
        yield opened


async def say(opened: ClientConnection, *messages: Any) -> None:
    for message in messages:
        await opened.send(message if isinstance(message, str | bytes) else json.dumps(message))


async def hear(opened: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(await asyncio.wait_for(opened.recv(), 5))
    return message


async def closed_with(opened: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            await asyncio.wait_for(opened.recv(), 5)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


async def test_a_query_over_the_socket_is_next_then_complete(live: Live) -> None:
    async with socket(live) as opened:
        await say(opened, INIT, HELLO)

        assert await hear(opened) == {"type": "connection_ack"}
        assert await hear(opened) == {"id": "1", "type": "next", "payload": {"data": {"__typename": "Query"}}}
        assert await hear(opened) == {"id": "1", "type": "complete"}


async def test_the_token_of_connection_init_makes_the_viewer(live: Live) -> None:
    token = await live.register("ada")
    who = {"id": "1", "type": "subscribe", "payload": {"query": "{ viewer { user { handle } } }"}}

    async with socket(live) as opened:
        await say(opened, INIT | {"payload": {"authorization": f"Bearer {token}"}}, who)

        await hear(opened)
        assert (await hear(opened))["payload"] == {"data": {"viewer": {"user": {"handle": "ada"}}}}


async def test_ping_is_answered_with_pong(live: Live) -> None:
    async with socket(live) as opened:
        await say(opened, {"type": "ping"})

        assert await hear(opened) == {"type": "pong"}


async def test_an_invalid_document_is_an_error_for_its_id_and_siblings_live_on(live: Live) -> None:
    broken = {"id": "2", "type": "subscribe", "payload": {"query": "{"}}

    async with socket(live) as opened:
        await say(opened, INIT, broken, HELLO)

        await hear(opened)
        messages = [await hear(opened) for _ in range(3)]
        error = next(m for m in messages if m["type"] == "error")
        assert error["id"] == "2"
        assert error["payload"][0]["extensions"]["code"] == "GRAPHQL_PARSE_FAILED"
        assert {m["type"] for m in messages if m["id"] == "1"} == {"next", "complete"}


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (["nonsense"], 4400),
        ([b"\x00"], 4400),
        (["[]"], 4400),
        ([{"type": 5}], 4400),
        ([{"type": "unheard_of"}], 4400),
        ([INIT | {"payload": []}], 4400),
        ([INIT, {"type": "subscribe", "payload": {"query": "{ __typename }"}}], 4400),
        ([INIT, {"id": "1", "type": "subscribe", "payload": "text"}], 4400),
        ([INIT, {"type": "complete"}], 4400),
        ([HELLO], 4401),
        ([INIT | {"payload": {"authorization": "Bearer nonsense"}}], 4403),
        ([INIT, INIT], 4429),
    ],
)
async def test_each_malformed_frame_has_its_close_code(live: Live, messages: list[Any], code: int) -> None:
    async with socket(live) as opened:
        await say(opened, *messages)

        assert await closed_with(opened) == code


async def test_another_subprotocol_is_refused(live: Live) -> None:
    url = live.url.replace("http", "ws") + "/graphql"

    async with connect(url, subprotocols=[Subprotocol("graphql-ws")]) as opened:
        assert await closed_with(opened) == 4406


async def test_a_foreign_origin_is_refused(live: Live) -> None:
    with pytest.raises(InvalidStatus):
        async with socket(live, origin="https://evil.example"):
            pass


async def test_a_silent_client_is_closed(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdogs, "INIT_WAIT_S", 0.05)

    async with socket(live) as opened:
        assert await closed_with(opened) == 4408


@pytest.mark.parametrize("overrides", [{"sockets_per_address": 2, "sockets_per_user": 1}])
async def test_an_address_and_a_user_have_so_many_sockets(live: Live) -> None:
    token = await live.register("ada")
    init = INIT | {"payload": {"authorization": f"Bearer {token}"}}

    async with socket(live) as one, socket(live) as two:
        await say(one, init)
        assert (await hear(one))["type"] == "connection_ack"
        with pytest.raises(InvalidStatus) as refused:
            await connect(live.url.replace("http", "ws") + "/graphql", subprotocols=[PROTOCOL])
        await say(two, init)
        code = await closed_with(two)
    async with socket(live) as again:
        await say(again, init)
        acknowledged = (await hear(again))["type"]

    assert refused.value.response.status_code == 429
    assert (
        json.loads(refused.value.response.body)["errors"][0]["extensions"]["code"] == "TOO_MANY_CONNECTIONS"
    )
    assert code == 4429
    assert acknowledged == "connection_ack"


async def test_a_message_of_endless_fragments_is_too_big(live: Live) -> None:
    async def fragments() -> AsyncIterator[str]:
        for _ in range(1_100):
            yield ""

    async with socket(live) as opened:
        with contextlib.suppress(ConnectionClosed):
            await opened.send(fragments())

        assert await closed_with(opened) == 1009
