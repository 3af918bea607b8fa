"""Graceful shutdown: streams end cleanly, no update is lost, and requests in flight are answered."""

import asyncio
import json
import socket
from contextlib import AsyncExitStack, suppress
from typing import Any

import httpx
import pytest
import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from domain.ids import UserId
from gateway.processes import graceful_shutdown
from resolvers.live.board_feed import BoardFeed
from tests.gateway.conftest import Live, running
from tests.support.clients.live_boards import earn, learner
from tests.support.clients.raw_http import GET, raw_server
from tests.support.clients.sse import Stream, streaming
from tests.support.clients.websockets import HELLO, INIT, PROTOCOL, closed_with, hear, say
from tests.support.patience import PATIENCE_S

WATCH = """subscription ($after: LeaderboardVersion) { leaderboardChanged(first: 10, after: $after) {
  ... on LeaderboardSnapshot { version entries { xp user { id } } %s }
  ... on LeaderboardDelta { version since entered { xp user { id } } moved { xp user { id } } left %s }
} }"""
SHARED, OWN = (WATCH.replace("%s", more) for more in ("", "viewerEntry { rank }"))
SOCKETS, STREAMS, BUSY = 500, 100, 4
SETTINGS = {"drain_s": 12.0, "connections_per_address": 5_000, "sockets_per_address": 5_000}


class Watcher:
    """A client that applies the messages it receives: a delta must follow the state that it is based on."""

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
        for user_id in message.get("left", ()):
            self.entries.pop(user_id)
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
        """Resume at another gateway from the last version, until that state is reached."""
        async with AsyncExitStack() as stack:
            opened = await self.watch(live, stack)
            while self.entries != state:
                self.apply((await hear(opened))["payload"])


def make_boards_fast(live: Live) -> None:
    live.app.pipeline.ports.boards = BoardFeed(interval_s=0.05, tick_s=0.1)


@pytest.mark.slow
async def test_hundreds_of_subscriptions_end_cleanly_and_resume_elsewhere_without_a_loss(
    database_url: str,
) -> None:
    watchers = [Watcher((SHARED, OWN)[n % 2]) for n in range(SOCKETS)]
    stream_watchers = [Watcher(SHARED) for _ in range(STREAMS)]
    async with running(database_url, **SETTINGS) as other, AsyncExitStack() as stack:
        make_boards_fast(other)
        async with running(database_url, **SETTINGS) as ending:
            make_boards_fast(ending)
            ada, _ = await learner(other, "ada")
            await earn(other, ada, 10)
            following = []
            for watcher in watchers:
                opened = await watcher.watch(ending, stack)
                following.append(asyncio.create_task(watcher.follow(opened)))
            client = httpx.AsyncClient(base_url=ending.url, limits=httpx.Limits(), timeout=30)
            await stack.enter_async_context(client)
            for watcher in stream_watchers:
                events = await stack.enter_async_context(streaming(ending, SHARED, client=client))
                following.append(asyncio.create_task(watcher.follow_events(events)))
            requests = [asyncio.create_task(_register(ending, number)) for number in range(BUSY)]
            earning = asyncio.create_task(_keep_earning(other, ada))
            async with asyncio.timeout(10):
                while len(ending.server.registry.tasks) < SOCKETS + STREAMS + BUSY:
                    await asyncio.sleep(0)
            began = asyncio.get_running_loop().time()
            ending.server.handle_exit(15, None)
            await asyncio.gather(*following)
            took = asyncio.get_running_loop().time() - began
            registered = await asyncio.gather(*requests)
        total = await earning
        await asyncio.gather(
            *[watcher.catch_up(other, {ada: total}) for watcher in watchers + stream_watchers]
        )

    assert all(watcher.ends == [1012] for watcher in watchers)
    assert all(watcher.ends == ["end"] for watcher in stream_watchers)
    assert registered == [True] * BUSY
    assert 3.0 < took < SETTINGS["drain_s"]
    assert not ending.server.was_cut


async def _register(live: Live, number: int) -> bool:
    """Register, which takes a while because the password is hashed; return whether it worked."""
    async with httpx.AsyncClient(base_url=live.url, timeout=30) as client:
        token = await Live(live.app, live.url, client, live.server).register(f"learner{number}")
    return token != ""


async def _keep_earning(live: Live, user_id: UserId) -> int:
    """Earn XP during the whole drain; return the total."""
    total = 10
    for amount in range(1, 12):
        await earn(live, user_id, amount)
        total += amount
        await asyncio.sleep(0.6)
    return total


async def test_a_websocket_finishes_its_operations_and_begins_no_new_ones(live: Live) -> None:
    def register(name: str) -> dict[str, str]:
        fields = f'email: "{name}@example.org", password: "correct horse battery", handle: "{name}"'
        return {
            "query": f'mutation {{ register(input: {{{fields}, displayName: "A"}}) {{ user {{ handle }} }} }}'
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
        while not live.app.pipeline.drain.is_closed:
            await asyncio.sleep(0.005)
        await say(opened, HELLO | {"id": "3"})
        received = []
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                received.append(await hear(opened))

    payloads = {(message["id"], message["type"]): message.get("payload") for message in received}
    assert ("1", "complete") not in payloads
    assert payloads["2", "next"]["data"]["register"]["user"] == {"handle": "ada"}
    assert all((f"r{number}", "complete") in payloads for number in range(6))
    assert "3" not in {id_ for id_, _ in payloads}
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012


@pytest.mark.parametrize("overrides", [{"drain_grace_s": 1}])
async def test_during_the_grace_the_server_is_not_ready_but_serves(live: Live) -> None:
    before = await live.client.get("/health/ready")

    live.server.handle_exit(15, None)
    ready = await live.client.get("/health/ready")
    await asyncio.sleep(0.2)
    async with httpx.AsyncClient(base_url=live.url) as client:
        response = await client.post("/graphql", json={"query": "{ __typename }"})
    opened = await connect(live.url.replace("http", "ws") + "/graphql", subprotocols=[PROTOCOL])
    code = await closed_with(opened)

    assert (before.status_code, ready.status_code) == (200, 503)
    assert ready.json() == {"status": "draining"}
    assert response.json() == {"data": {"__typename": "Query"}}
    assert response.headers["connection"] == "close"
    assert code == 1012  # and no status: graphql-ws would not try again


async def test_after_the_last_call_requests_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(graceful_shutdown, "LAST_CALL_S", 0.2)

    async with raw_server() as server, server.connect() as first, server.connect() as second:
        for connection in (first, second):
            await connection.send(GET[:-2])
        await asyncio.sleep(0.05)
        server.server.handle_exit(15, None)
        await asyncio.sleep(0.6)
        await first.send(b"\r\n")
        await second.send(b"\r\n")
        refused = await first.response()

        assert (refused.status, refused.code) == (503, "SHUTTING_DOWN")
        assert refused.headers["retry-after"] == "1"
        assert refused.headers["connection"] == "close"


async def test_a_second_signal_ends_at_once() -> None:
    async with raw_server(drain_s=60.0) as server, server.connect() as connection:
        await connection.send(GET[:-2])
        await asyncio.sleep(0.05)
        server.server.handle_exit(15, None)
        await asyncio.sleep(0.3)
        server.server.handle_exit(2, None)

        assert await connection.is_closed(2)
    assert server.server.was_cut


class ConnectsAtLast:
    """A listening server; a client connects and sends while it is closed, or so many turns of the loop later."""

    def __init__(self, server: asyncio.base_events.Server, port: int, turns: int) -> None:
        self._server, self._port, self._turns = server, port, turns
        self.client: socket.socket | None = None
        self.connected = asyncio.Event()

    def close(self) -> None:
        self._server.close()
        self._wait(self._turns)

    def _wait(self, turns: int) -> None:
        if turns:
            asyncio.get_running_loop().call_soon(self._wait, turns - 1)
            return
        with suppress(ConnectionRefusedError):
            self.client = socket.create_connection(("127.0.0.1", self._port), PATIENCE_S)
            self.client.sendall(GET)
        self.connected.set()


async def what_a_client_receives(turns: int) -> bytes | None:
    """Connect while a server stops listening; return None where the connection is refused."""
    async with raw_server(drain_grace_s=0.0) as raw:
        last = ConnectsAtLast(raw.server.servers[0], raw.port, turns)
        servers: list[Any] = raw.server.servers
        servers[0] = last
        raw.server.should_exit = True
        await asyncio.wait_for(last.connected.wait(), PATIENCE_S)
        if last.client is None:
            return None
        with last.client:
            return await asyncio.to_thread(last.client.recv, 1_000)


@pytest.mark.parametrize("turns", range(6))
@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_a_connection_is_refused_or_served_while_a_listener_closes_and_never_reset(
    run: Any, turns: int
) -> None:
    received = run(what_a_client_receives(turns))

    assert received is None or received.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_a_connection_that_nothing_accepted_before_the_close_is_served(run: Any) -> None:
    received = run(what_a_client_receives(0))

    assert received is not None
    assert b"connection: close" in received.lower()
