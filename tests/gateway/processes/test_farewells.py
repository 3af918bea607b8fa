"""The drain: a process that ends tells everybody, loses no update, and leaves nothing half done."""

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from domain.ids import UserId
from gateway.processes import farewells
from resolvers.board_feed import BoardFeed
from tests.event_client import Stream, streaming
from tests.gateway.conftest import Live, running
from tests.gateway.endpoints.test_websockets import HELLO, INIT, PROTOCOL, hear, say
from tests.gateway.streams.test_live_boards import earn, learner
from tests.raw_http import GET, raw

WATCH = """subscription ($after: LeaderboardVersion) { leaderboardChanged(first: 10, after: $after) {
  ... on LeaderboardSnapshot { version entries { xp user { id } } %s }
  ... on LeaderboardDelta { version since entered { xp user { id } } moved { xp user { id } } left %s }
} }"""
SHARED, OWN = (WATCH.replace("%s", more) for more in ("", "viewerEntry { rank }"))
SOCKETS, STREAMS, BUSY = 500, 100, 4
GENTLY = {"drain_s": 12.0, "connections_per_address": 5_000, "sockets_per_address": 5_000}


class Watcher:
    """A client that applies what it hears: a delta must follow the state that it leads on from."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.version: str | None = None
        self.entries: dict[str, int] = {}
        self.ends: list[Any] = []

    def apply(self, response: dict[str, Any]) -> None:
        message = response["data"]["leaderboardChanged"]
        if "since" not in message:
            self.entries = {}
        else:
            assert message["since"] == self.version
        for gone in message.get("left", ()):
            self.entries.pop(gone)
        for kind in ("entries", "entered", "moved"):
            self.entries |= {entry["user"]["id"]: entry["xp"] for entry in message.get(kind, ())}
        self.version = message["version"]

    async def watch(self, live: Live, stack: AsyncExitStack) -> ClientConnection:
        url = live.url.replace("http", "ws") + "/graphql"
        opened = await stack.enter_async_context(connect(url, subprotocols=[PROTOCOL]))
        payload = {"query": self.text, "variables": {"after": self.version}}
        await say(opened, INIT, {"id": "1", "type": "subscribe", "payload": payload})
        await hear(opened)
        return opened

    async def follow(self, opened: ClientConnection) -> None:
        """Apply messages until the socket ends."""
        try:
            while True:
                message = json.loads(await asyncio.wait_for(opened.recv(), 20))
                if message["type"] == "next":
                    self.apply(message["payload"])
                else:
                    self.ends.append(message)
        except ConnectionClosed as closed:
            self.ends.append(closed.rcvd and closed.rcvd.code)

    async def follow_events(self, stream: Stream) -> None:
        """Apply events until the stream ends."""
        while (event := await stream.event()) is not None:
            if event.kind == "next":
                self.apply(event.payload)
            elif event.kind:
                self.ends.append(event.kind)
        self.ends.append("end")

    async def catch_up(self, live: Live, state: dict[str, int]) -> None:
        """Go on elsewhere from the version that is held, until that state is reached."""
        async with AsyncExitStack() as stack:
            opened = await self.watch(live, stack)
            while self.entries != state:
                self.apply((await hear(opened))["payload"])


def swift(live: Live) -> None:
    live.app.gateway.ports.boards = BoardFeed(interval_s=0.05, tick_s=0.1)


@pytest.mark.slow
async def test_hundreds_of_subscriptions_end_cleanly_and_go_on_elsewhere_without_a_loss(
    database_url: str,
) -> None:
    watchers = [Watcher((SHARED, OWN)[n % 2]) for n in range(SOCKETS)]
    readers = [Watcher(SHARED) for _ in range(STREAMS)]
    async with running(database_url, **GENTLY) as other, AsyncExitStack() as stack:
        swift(other)
        async with running(database_url, **GENTLY) as ending:
            swift(ending)
            ada, _ = await learner(other, "ada")
            await earn(other, ada, 10)
            following = []
            for watcher in watchers:
                opened = await watcher.watch(ending, stack)
                following.append(asyncio.create_task(watcher.follow(opened)))
            crowd = httpx.AsyncClient(base_url=ending.url, limits=httpx.Limits(), timeout=30)
            await stack.enter_async_context(crowd)
            for reader in readers:
                events = await stack.enter_async_context(streaming(ending, SHARED, client=crowd))
                following.append(asyncio.create_task(reader.follow_events(events)))
            working = [asyncio.create_task(_work(ending, number)) for number in range(BUSY)]
            earning = asyncio.create_task(_earn_on(other, ada))
            async with asyncio.timeout(10):
                while len(ending.server.crowd.tasks) < SOCKETS + STREAMS + BUSY:
                    await asyncio.sleep(0)
            began = asyncio.get_running_loop().time()
            ending.server.handle_exit(15, None)
            await asyncio.gather(*following)
            took = asyncio.get_running_loop().time() - began
            worked = await asyncio.gather(*working)
        total = await earning
        await asyncio.gather(*[watcher.catch_up(other, {ada: total}) for watcher in watchers + readers])

    assert all(watcher.ends == [{"id": "1", "type": "complete"}, 1001] for watcher in watchers)
    assert all(reader.ends == ["complete", "end"] for reader in readers)
    assert worked == [True] * BUSY
    assert 3.0 < took < GENTLY["drain_s"]
    assert not ending.server.was_cut


async def _work(live: Live, number: int) -> bool:
    """Register, which takes a while: the password is hashed."""
    async with httpx.AsyncClient(base_url=live.url, timeout=30) as client:
        token = await Live(live.app, live.url, client, live.server).register(f"learner{number}")
    return token != ""


async def _earn_on(live: Live, user_id: UserId) -> int:
    """Earn during all of the drain; return the total."""
    total = 10
    for amount in range(1, 12):
        await earn(live, user_id, amount)
        total += amount
        await asyncio.sleep(0.6)
    return total


async def test_a_socket_answers_what_is_in_flight_and_takes_nothing_new(live: Live) -> None:
    def register(name: str) -> dict[str, str]:
        given = f'email: "{name}@example.org", password: "correct horse battery", handle: "{name}"'
        return {
            "query": f'mutation {{ register(input: {{{given}, displayName: "A"}}) {{ user {{ handle }} }} }}'
        }

    watcher = Watcher(SHARED)
    async with AsyncExitStack() as stack:
        opened = await watcher.watch(live, stack)
        await hear(opened)
        await say(opened, {"id": "2", "type": "subscribe", "payload": register("ada")})
        for number in range(6):  # passwords are hashed one after another, so that the last one takes a while
            await say(opened, {"id": f"r{number}", "type": "subscribe", "payload": register(f"ada{number}")})
        await asyncio.sleep(0.01)

        live.server.handle_exit(15, None)
        while not live.app.gateway.drain.is_closed:
            await asyncio.sleep(0.005)
        await say(opened, HELLO | {"id": "3"})
        heard = []
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                heard.append(await hear(opened))

    told = {(message["id"], message["type"]): message.get("payload") for message in heard}
    assert ("1", "complete") in told
    assert told["2", "next"]["data"]["register"]["user"] == {"handle": "ada"}
    assert told["3", "error"][0]["extensions"] == {"code": "SHUTTING_DOWN", "retryAfter": 1} | {
        "requestId": told["3", "error"][0]["extensions"].get("requestId")
    }
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1001


@pytest.mark.parametrize("overrides", [{"drain_grace_s": 1}])
async def test_in_the_grace_it_is_not_ready_and_serves_all_the_same(live: Live) -> None:
    before = await live.client.get("/health/ready")

    live.server.handle_exit(15, None)
    ready = await live.client.get("/health/ready")
    await asyncio.sleep(0.2)
    async with httpx.AsyncClient(base_url=live.url) as newcomer:
        answer = await newcomer.post("/graphql", json={"query": "{ __typename }"})
    with pytest.raises(InvalidStatus) as refused:
        await connect(live.url.replace("http", "ws") + "/graphql", subprotocols=[PROTOCOL])

    assert (before.status_code, ready.status_code) == (200, 503)
    assert ready.json() == {"status": "draining"}
    assert answer.json() == {"data": {"__typename": "Query"}}
    assert answer.headers["connection"] == "close"
    assert refused.value.response.status_code == 503


async def test_after_the_last_call_requests_are_refused_and_health_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(farewells, "LAST_CALL_S", 0.2)

    async with raw() as server, server.line() as line, server.line() as other:
        for waiting in (line, other):
            await waiting.send(GET[:-2])
        await asyncio.sleep(0.05)
        server.server.handle_exit(15, None)
        await asyncio.sleep(0.6)
        await line.send(b"\r\n")
        await other.send(b"\r\n")
        refused = await line.answer()

        assert (refused.status, refused.code) == (503, "SHUTTING_DOWN")
        assert refused.headers["retry-after"] == "1"
        assert refused.headers["connection"] == "close"


async def test_a_second_signal_ends_at_once() -> None:
    async with raw(drain_s=60.0) as server, server.line() as line:
        await line.send(GET[:-2])
        await asyncio.sleep(0.05)
        server.server.handle_exit(15, None)
        await asyncio.sleep(0.3)
        server.server.handle_exit(2, None)

        assert await line.is_closed(2)
    assert server.server.was_cut
