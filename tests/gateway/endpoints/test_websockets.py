"""Websocket endpoint: messages, close codes and limits of graphql-transport-ws."""

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from gateway.streams import websocket_heartbeat
from tests.gateway.conftest import Live
from tests.support.clients.websockets import HELLO, INIT, PROTOCOL, closed_with, hear, say, socket


async def test_a_query_over_a_websocket_is_next_then_complete(live: Live) -> None:
    async with socket(live) as opened:
        await say(opened, INIT, HELLO)

        assert await hear(opened) == {"type": "connection_ack"}
        assert await hear(opened) == {"id": "1", "type": "next", "payload": {"data": {"__typename": "Query"}}}
        assert await hear(opened) == {"id": "1", "type": "complete"}


async def test_the_token_of_connection_init_signs_in(live: Live) -> None:
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


async def test_an_invalid_document_is_an_error_for_its_id_and_other_operations_continue(live: Live) -> None:
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
async def test_each_malformed_message_has_its_close_code(live: Live, messages: list[Any], code: int) -> None:
    async with socket(live) as opened:
        await say(opened, *messages)

        assert await closed_with(opened) == code


async def test_another_subprotocol_is_refused(live: Live) -> None:
    url = live.url.replace("http", "ws") + "/graphql"

    async with connect(url, subprotocols=[Subprotocol("graphql-ws")]) as opened:
        assert await closed_with(opened) == 4406


async def test_a_foreign_origin_is_closed_with_a_reason_that_its_page_can_read(live: Live) -> None:
    async with socket(live, origin="https://evil.example") as opened:
        await opened.wait_closed()

    assert opened.subprotocol == PROTOCOL
    assert opened.close_code == 4403
    assert opened.close_reason == "Origin not allowed; add it to QUESTPATH_ORIGINS"


@pytest.mark.parametrize("origin", ["http://localhost:5173", "http://127.0.0.1:3000"])
async def test_pages_of_this_machine_connect_in_development(live: Live, origin: str) -> None:
    async with socket(live, origin=origin) as opened:
        await say(opened, INIT)

        assert await hear(opened) == {"type": "connection_ack"}


async def test_a_silent_client_is_closed(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket_heartbeat, "INIT_WAIT_S", 0.05)

    async with socket(live) as opened:
        assert await closed_with(opened) == 4408


@pytest.mark.parametrize("overrides", [{"sockets_per_address": 2, "sockets_per_user": 1}])
async def test_the_websockets_of_an_address_and_of_a_user_are_limited(live: Live) -> None:
    token = await live.register("ada")
    init = INIT | {"payload": {"authorization": f"Bearer {token}"}}

    async with socket(live) as first, socket(live) as second:
        await say(first, init)
        assert (await hear(first))["type"] == "connection_ack"
        with pytest.raises(InvalidStatus) as refused:
            await connect(live.url.replace("http", "ws") + "/graphql", subprotocols=[PROTOCOL])
        await say(second, init)
        code = await closed_with(second)
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


@pytest.mark.parametrize("overrides", [{"trusted_proxies": ["127.0.0.0/8"], "rate_address_reads": 1}])
async def test_operations_behind_a_proxy_are_charged_to_the_client_that_it_names(live: Live) -> None:
    codes = []
    for address in ("198.51.100.1", "198.51.100.2", "198.51.100.2"):
        async with socket(live, additional_headers={"x-forwarded-for": address}) as opened:
            await say(opened, INIT, HELLO)
            await hear(opened)
            codes.append((await hear(opened))["type"])

    assert codes == ["next", "next", "error"]
