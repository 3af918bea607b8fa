"""Messages of websockets: each malformed one is answered, ignored or closes the websocket, and leaves nothing behind."""

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

from gateway.streams import websocket_heartbeat
from gateway.streams.websocket_operations import MOST_OPERATIONS
from gateway.streams.websocket_session import WebSocketSession
from tests.gateway.conftest import Live
from tests.support.clients.live_boards import SHARED
from tests.support.clients.websockets import HELLO, INIT, closed_with, hear, say, socket

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
"""Messages that do not close a websocket, so that the other messages reach one that is working."""
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
    """The client and the connection of a websocket without a network; after its frames it waits a little and leaves."""

    is_ready = True

    def __init__(self, frames: list[dict[str, Any]], patience: int) -> None:
        self._frames = iter(frames)
        self._patience = patience
        self.messages: list[dict[str, Any]] = []
        self.codes: list[int] = []

    async def receive(self) -> MutableMapping[str, Any]:
        for frame in self._frames:
            return {"type": "websocket.receive", **frame}
        for _ in range(self._patience):
            await asyncio.sleep(0)
        return {"type": "websocket.disconnect", "code": 1001}

    async def send(self, event: MutableMapping[str, Any]) -> None:
        if event["type"] == "websocket.close":
            self.codes.append(event["code"])
        else:
            self.messages.append(json.loads(event["text"]))

    def write(self, frame: bytes) -> None:
        head = {126: 4, 127: 10}.get(frame[1], 2)
        self.messages.append(json.loads(frame[head:]))

    async def drained(self) -> None:
        """Return at once."""


@contextmanager
def unhandled() -> Iterator[list[dict[str, Any]]]:
    """Collect the errors of tasks and callbacks that nothing handled."""
    found: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: found.append(context))
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
    gateway = board.app.pipeline
    peer = Peer([{"text": json.dumps(INIT)}] * initialised + frames, patience)
    before = asyncio.all_tasks()

    connection: Any = peer
    session = WebSocketSession(gateway, peer.receive, peer.send, connection)

    with unhandled() as raised:
        await asyncio.wait_for(session.serve(), 5)
        async with asyncio.timeout(5):
            while asyncio.all_tasks() - before or gateway.ports.boards._broadcasts:
                await asyncio.sleep(0.001)

    assert raised == []
    assert len(peer.codes) <= 1
    assert set(peer.codes) <= DOCUMENTED
    assert {message["type"] for message in peer.messages} <= {
        "connection_ack",
        "next",
        "error",
        "complete",
        "pong",
    }


MISTYPED: list[dict[str, Any]] = [
    {},
    {"query": None},
    {"variables": {}, "operationName": "A"},
    *({"query": value} for value in (5, True, ["{ __typename }"], {})),
    *(
        {"query": "{ __typename }", name: value}
        for name in ("variables", "extensions")
        for value in ([], "{}", 1)
    ),
    *({"query": "{ __typename }", "operationName": value} for value in ({}, 1)),
]
"""Payloads of `subscribe` that the protocol's type does not allow."""


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
        *(([INIT, {"id": "1", "type": "subscribe", "payload": payload}], 4400) for payload in MISTYPED),
        ([INIT, {"type": "complete", "id": None}], 4400),
        ([INIT, SUBSCRIPTION, SUBSCRIPTION], 4409),
        ([INIT, {"type": "ping", "payload": "x" * (256 * 1024)}], 1009),
    ],
    ids=lambda case: str(case)[:40],
)
async def test_each_message_that_breaks_the_protocol_has_its_code(
    board: Live, messages: list[Any], code: int
) -> None:
    async with socket(board) as opened:
        await say(opened, *messages)

        assert await closed_with(opened) == code


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": ""}, "BAD_USER_INPUT"),
        ({"query": None, "documentId": 5}, "BAD_USER_INPUT"),
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
        messages = [await hear(opened) for _ in range(MOST_OPERATIONS + 1)]

    (refused,) = (message for message in messages if message["type"] != "next")
    assert refused["payload"][0]["extensions"]["code"] == "RATE_LIMITED"


async def test_a_message_that_needs_no_answer_gets_none(board: Live) -> None:
    async with socket(board) as opened:
        await say(opened, {"type": "pong"}, INIT, {"type": "complete", "id": "unknown"})
        await say(opened, {"type": "ping", "payload": {"a": 1}})

        assert [(await hear(opened))["type"] for _ in range(2)] == ["connection_ack", "pong"]


async def test_a_peer_that_answers_no_ping_is_closed_and_one_that_does_is_not(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket_heartbeat, "PING_EVERY_S", 0.1)

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


async def test_a_client_that_offers_both_protocols_gets_the_current_one(live: Live) -> None:
    url = live.url.replace("http", "ws") + "/graphql"
    both = [Subprotocol("graphql-ws"), Subprotocol("graphql-transport-ws")]

    async with connect(url, subprotocols=both) as opened:
        assert opened.subprotocol == "graphql-transport-ws"


async def test_the_cookie_of_a_session_does_not_authenticate_a_websocket(live: Live) -> None:
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
