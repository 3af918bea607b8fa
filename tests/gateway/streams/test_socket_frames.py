"""Frames nobody should send: each is answered, ignored or closes the socket, and nothing is left of it."""

import asyncio
import json
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from gateway.streams import watchdogs
from gateway.streams.sockets import MOST_OPERATIONS, Socket
from tests.gateway.conftest import Live
from tests.gateway.endpoints.test_websockets import HELLO, INIT, closed_with, hear, say, socket
from tests.gateway.streams.test_live_boards import SHARED

DOCUMENTED = {4400, 4401, 4403, 4409, 4429}
SUBSCRIPTION = {"id": "1", "type": "subscribe", "payload": {"query": SHARED}}
VIEWER = {"id": "1", "type": "subscribe", "payload": {"query": "{ viewer { user { id } } }"}}
DEEP = '{"type":"ping","payload":' + "[" * 10_000 + "]" * 10_000 + "}"


def written(messages: list[Any]) -> list[dict[str, Any]]:
    return [{"text": json.dumps(message)} for message in messages]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["query", "a"]), inner, max_size=2)
    ),
    max_leaves=6,
)
QUERIES = st.sampled_from(
    ["{ __typename }", "{", SHARED, "subscription { nothing }", "mutation { logout { signedOut } }"]
)
PAYLOADS = st.fixed_dictionaries({"query": QUERIES}) | st.dictionaries(
    st.sampled_from(["query", "variables", "operationName", "extensions", "authorization"]), QUERIES | VALUES
)
IDS = st.sampled_from(["1", "2", "3"])
SENSIBLE = st.one_of(
    st.fixed_dictionaries({"type": st.just("subscribe"), "id": IDS, "payload": PAYLOADS}),
    st.fixed_dictionaries({"type": st.just("complete"), "id": IDS}),
    st.fixed_dictionaries({"type": st.sampled_from(["ping", "pong"])}, optional={"payload": VALUES}),
)
"""Messages that a socket may survive, so that the others meet it at work."""
ODD: list[Any] = [None, 5, True, "", "x" * 201, [], {}, ["1"]]
MESSAGES = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["subscribe", "complete", "connection_init", "next", *ODD]),
        "id": st.sampled_from(["1", *ODD]),
        "payload": st.sampled_from(ODD) | PAYLOADS,
    }
) | st.fixed_dictionaries(
    {}, optional={"type": st.sampled_from(["subscribe", "complete", "ping"]), "payload": VALUES}
)
GARBAGE = st.text(max_size=20).map(lambda text: {"text": text}) | st.binary(max_size=20).map(
    lambda data: {"bytes": data}
)
FRAMES = st.tuples(
    st.lists(SENSIBLE, max_size=4).map(written),
    st.lists(MESSAGES, min_size=1, max_size=2).map(written) | VALUES.map(lambda value: written([value])),
    st.lists(GARBAGE, max_size=1),
).map(lambda parts: parts[0] + parts[1] + parts[2])


class Peer:
    """The other end of a socket, without a network; after its frames it waits a little and goes."""

    def __init__(self, frames: list[dict[str, Any]], patience: int) -> None:
        self._frames = iter(frames)
        self._patience = patience
        self.heard: list[MutableMapping[str, Any]] = []

    async def receive(self) -> MutableMapping[str, Any]:
        for frame in self._frames:
            return {"type": "websocket.receive", **frame}
        for _ in range(self._patience):
            await asyncio.sleep(0)
        return {"type": "websocket.disconnect", "code": 1001}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        self.heard.append(message)


@contextmanager
def complaints() -> Iterator[list[dict[str, Any]]]:
    """Collect what tasks and callbacks raised without anybody to hear of it."""
    found: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, told: found.append(told))
    try:
        yield found
    finally:
        loop.set_exception_handler(None)


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    frames=FRAMES,
    initialised=st.sampled_from([True, True, True, False]),
    patience=st.sampled_from([0, 1, 5, 50]),
)
async def test_no_frame_raises_or_leaves_a_task_behind(
    board: Live, frames: list[dict[str, Any]], initialised: bool, patience: int
) -> None:
    gateway = board.app.gateway
    peer = Peer([{"text": json.dumps(INIT)}] * initialised + frames, patience)
    before = asyncio.all_tasks()

    with complaints() as raised:
        await asyncio.wait_for(Socket(gateway, peer.receive, peer.send).serve(), 5)
        async with asyncio.timeout(5):
            while asyncio.all_tasks() - before or gateway.ports.boards._relays:
                await asyncio.sleep(0.001)

    assert raised == []
    closed = [message["code"] for message in peer.heard if message["type"] == "websocket.close"]
    assert len(closed) <= 1
    assert set(closed) <= DOCUMENTED
    said = [json.loads(message["text"]) for message in peer.heard if message["type"] == "websocket.send"]
    assert {message["type"] for message in said} <= {"connection_ack", "next", "error", "complete", "pong"}


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (["{"], 4400),
        ([DEEP], 4400),
        (['{"type":"ping","type":"ping"}'], 4400),
        (["null"], 4400),
        (["{}"], 4400),
        ([{"type": "connection_ack"}], 4400),
        ([{"type": "subscribe"}], 4401),
        ([INIT | {"payload": {"authorization": 5}}], 4400),
        ([INIT | {"payload": "Bearer"}], 4400),
        ([INIT | {"payload": {"authorization": "Basic YTpi"}}], 4403),
        ([INIT, HELLO | {"id": ""}], 4400),
        ([INIT, HELLO | {"id": 1}], 4400),
        ([INIT, HELLO | {"id": "x" * 201}], 4400),
        ([INIT, {"id": "1", "type": "subscribe"}], 4400),
        ([INIT, {"id": "1", "type": "subscribe", "payload": ["{ __typename }"]}], 4400),
        ([INIT, {"type": "complete", "id": None}], 4400),
        ([INIT, SUBSCRIPTION, SUBSCRIPTION], 4409),
        ([INIT, {"type": "ping", "payload": "x" * (256 * 1024)}], 1009),
    ],
    ids=lambda case: str(case)[:40],
)
async def test_each_frame_that_breaks_the_protocol_has_its_code(
    board: Live, messages: list[Any], code: int
) -> None:
    async with socket(board) as opened:
        await say(opened, *messages)

        assert await closed_with(opened) == code


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": 5}, "BAD_USER_INPUT"),
        ({"query": "{ __typename }", "variables": []}, "BAD_USER_INPUT"),
        ({"query": "{ __typename }", "operationName": {}}, "BAD_USER_INPUT"),
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query A { __typename } query B { __typename }"}, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": "query ($n: Int!) { leaderboard { entries(first: $n) { rank } } }"}, "BAD_USER_INPUT"),
    ],
)
async def test_an_operation_that_cannot_be_run_is_an_error_for_its_id_alone(
    board: Live, payload: dict[str, Any], code: str
) -> None:
    async with socket(board) as opened:
        await say(opened, INIT, SUBSCRIPTION, {"id": "2", "type": "subscribe", "payload": payload})
        await hear(opened)
        two = {message["id"]: message for message in (await hear(opened), await hear(opened))}
        await say(opened, HELLO | {"id": "3"})

        assert two["1"]["type"] == "next"
        assert two["2"]["type"] == "error"
        assert two["2"]["payload"][0]["extensions"]["code"] == code
        assert (await hear(opened))["payload"] == {"data": {"__typename": "Query"}}


async def test_one_operation_too_many_is_refused_and_the_others_are_not(board: Live) -> None:
    async with socket(board) as opened:
        await say(opened, INIT, *(SUBSCRIPTION | {"id": f"s{n}"} for n in range(MOST_OPERATIONS + 1)))
        await hear(opened)
        heard = [await hear(opened) for _ in range(MOST_OPERATIONS + 1)]

    (refused,) = (message for message in heard if message["type"] != "next")
    assert refused["payload"][0]["extensions"]["code"] == "RATE_LIMITED"


async def test_what_needs_no_answer_gets_none(board: Live) -> None:
    async with socket(board) as opened:
        await say(opened, {"type": "pong"}, INIT, {"type": "complete", "id": "never begun"})
        await say(opened, {"type": "ping", "payload": {"a": 1}})

        assert [(await hear(opened))["type"] for _ in range(2)] == ["connection_ack", "pong"]


async def test_a_peer_that_answers_no_ping_is_closed_and_one_that_does_is_not(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdogs, "PING_EVERY_S", 0.1)

    async with socket(live) as silent, socket(live) as lively:
        await say(silent, INIT)
        await say(lively, INIT)
        await hear(lively)
        for _ in range(4):
            assert await hear(lively) == {"type": "ping"}
            await say(lively, {"type": "pong"})

        assert await closed_with(silent) == 1011
        await say(lively, HELLO)
        assert (await hear(lively))["type"] in {"next", "ping"}


@pytest.mark.parametrize("offered", [[], ["graphql-ws"], ["mqtt", "graphql-ws"]])
async def test_the_legacy_protocol_stays_off(live: Live, offered: list[str]) -> None:
    url = live.url.replace("http", "ws") + "/graphql"

    async with connect(url, subprotocols=[Subprotocol(name) for name in offered] or None) as opened:
        assert await closed_with(opened) == 4406


async def test_a_client_that_speaks_both_protocols_gets_the_present_one(live: Live) -> None:
    url = live.url.replace("http", "ws") + "/graphql"
    both = [Subprotocol("graphql-ws"), Subprotocol("graphql-transport-ws")]

    async with connect(url, subprotocols=both) as opened:
        assert opened.subprotocol == "graphql-transport-ws"


async def test_the_cookie_of_a_session_signs_nobody_in(live: Live) -> None:
    await live.register("ada")
    login = """mutation { login(input: {
      email: "ada@example.org", password: "correct horse battery", refreshBy: COOKIE
    }) { accessToken } }"""
    cookie = (await live.post(login)).headers["set-cookie"].split(";")[0]

    async with socket(live, additional_headers={"cookie": cookie}, origin=live.url) as opened:
        await say(opened, INIT, VIEWER)
        await hear(opened)

        answer = (await hear(opened))["payload"]

        assert answer == {"data": {"viewer": None}}
