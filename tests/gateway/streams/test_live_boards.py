"""Live leaderboards over real websockets: shared and personal responses, and clients that do not read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from domain.gamification import leaderboard_projection
from domain.ids import UserId
from domain.unit_of_work import Meter
from gateway.connections.websocket_protocol import text_frame
from gateway.streams import websocket_sinks
from graph.execution.executor import Executor
from tests.builders.leaderboards import earned
from tests.gateway.conftest import Live
from tests.support.clients.websockets import INIT, closed_with, hear, say, socket
from tests.support.leaderboards import SqlBoardStores
from tests.support.schema_client import needs_plans

CHANGED = """subscription { leaderboardChanged(first: 3) {
  ... on LeaderboardSnapshot { version entries { xp user { handle } } %s }
  ... on LeaderboardDelta { version entered { xp user { handle } } moved { xp user { handle } } left %s }
} }"""
SHARED = CHANGED.replace("%s", "")
OWN = CHANGED.replace("%s", "viewerEntry { rank }")


async def learner(live: Live, handle: str) -> tuple[UserId, str]:
    token = await live.register(handle)
    response = await live.post("{ viewer { user { id } } }", token=token)
    return UserId(response.json()["data"]["viewer"]["user"]["id"]), token


async def earn(live: Live, user_id: UserId, amount: int) -> None:
    ports = live.app.pipeline.ports
    async with ports.open_work(Meter()) as work:
        await SqlBoardStores(work).write([earned(user_id, amount, at=ports.now())])  # type: ignore[arg-type]
    async with ports.open_work(Meter()) as work:
        await leaderboard_projection.project(work.boards_projection, now=ports.now(), emit=work.emit)


@asynccontextmanager
async def watching(
    live: Live, text: str, *, id_: str = "1", token: str | None = None, **options: Any
) -> AsyncIterator[ClientConnection]:
    init = INIT | ({"payload": {"authorization": f"Bearer {token}"}} if token else {})
    async with socket(live, **options) as opened:
        await say(opened, init, {"id": id_, "type": "subscribe", "payload": {"query": text}})
        assert (await hear(opened))["type"] == "connection_ack"
        assert (await hear(opened))["type"] == "next"
        yield opened


async def test_each_websocket_gets_a_shared_response_under_its_own_id(board: Live) -> None:
    ada, token = await learner(board, "ada")
    long = "ä" + "x" * 150

    async with (
        watching(board, SHARED, token=token) as first,
        watching(board, SHARED, id_='a "quoted" id') as second,
        watching(board, SHARED, id_=long) as third,
    ):
        await earn(board, ada, 10)
        messages = [await hear(opened) for opened in (first, second, third)]

        assert [message["id"] for message in messages] == ["1", 'a "quoted" id', long]
        assert {message["type"] for message in messages} == {"next"}
        assert messages[0]["payload"] == messages[1]["payload"] == messages[2]["payload"]
        assert messages[0]["payload"]["data"]["leaderboardChanged"]["entered"] == [
            {"xp": 10, "user": {"handle": "ada"}}
        ]


async def test_each_viewer_gets_a_personal_response(board: Live) -> None:
    (ada, of_ada), (_, of_bob) = await learner(board, "ada"), await learner(board, "bob")

    async with watching(board, OWN, token=of_ada) as first, watching(board, OWN, token=of_bob) as second:
        await earn(board, ada, 10)

        own = [(await hear(opened))["payload"]["data"]["leaderboardChanged"] for opened in (first, second)]
        assert [changed["viewerEntry"] for changed in own] == [{"rank": 1}, None]


async def test_a_completed_subscription_gets_nothing_more_and_its_id_can_be_used_again(board: Live) -> None:
    ada, _ = await learner(board, "ada")
    query = {"id": "1", "type": "subscribe", "payload": {"query": "{ __typename }"}}

    async with watching(board, SHARED) as opened:
        await say(opened, {"id": "1", "type": "complete"})
        await say(opened, {"type": "ping"})
        assert await hear(opened) == {"type": "pong"}
        await earn(board, ada, 10)
        await say(opened, query)

        assert (await hear(opened))["payload"] == {"data": {"__typename": "Query"}}
        assert board.app.pipeline.ports.boards._broadcasts == {}


async def test_the_id_of_a_shared_subscription_is_in_use(board: Live) -> None:
    async with watching(board, SHARED) as opened:
        await say(opened, {"id": "1", "type": "subscribe", "payload": {"query": SHARED}})

        assert await closed_with(opened) == 4409


async def test_a_websocket_that_closes_leaves_nothing_behind(board: Live) -> None:
    async with watching(board, SHARED), watching(board, SHARED):
        pass

    async with asyncio.timeout(3):
        while board.app.pipeline.ports.boards._broadcasts:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("text", [SHARED, OWN])
async def test_a_subscription_ends_with_its_websocket_and_not_before_when_the_process_ends(
    board: Live, text: str
) -> None:
    async with watching(board, text) as opened:
        await board.app.pipeline.drain.end_streams(window_s=0.01)

        with pytest.raises(ConnectionClosed) as closed:
            await hear(opened)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012


async def test_an_operation_that_comes_while_the_process_ends_is_not_refused_but_left_to_the_next_websocket(
    board: Live,
) -> None:
    async with socket(board) as opened:
        await say(opened, INIT)
        await hear(opened)
        board.app.pipeline.drain.is_closed = True
        await say(opened, {"id": "1", "type": "subscribe", "payload": {"query": SHARED}})
        with pytest.raises(ConnectionClosed) as closed:
            await hear(opened)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012


async def test_a_subscription_that_starts_while_the_process_ends_does_not_keep_its_websocket_open(
    board: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe = Executor.subscribe
    starting, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(self: Executor, *arguments: Any) -> Any:
        starting.set()
        await go_on.wait()
        return await subscribe(self, *arguments)

    monkeypatch.setattr(Executor, "subscribe", slowly)
    async with socket(board) as opened:
        await say(opened, INIT, {"id": "1", "type": "subscribe", "payload": {"query": SHARED}})
        await starting.wait()
        await board.app.pipeline.drain.end_streams(window_s=0.01)
        go_on.set()

        assert await closed_with(opened) == 1012


@needs_plans
async def test_a_client_that_does_not_read_is_closed_and_the_others_are_not(
    board: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket_sinks, "SEND_TIMEOUT_S", 0.2)
    ada, _ = await learner(board, "ada")

    async with watching(board, SHARED) as steady, watching(board, SHARED) as slow:
        (connection, _) = _connections(board)
        connection.pause_writing()
        await earn(board, ada, 10)
        assert (await hear(steady))["type"] == "next"

        code = asyncio.create_task(closed_with(slow))
        second = asyncio.create_task(closed_with(steady))
        await asyncio.sleep(0.5)
        connection.resume_writing()
        done, _ = await asyncio.wait([code, second], return_when=asyncio.FIRST_COMPLETED, timeout=5)
        second.cancel()
        assert [task.result() for task in done] == [1013]


def _connections(live: Live) -> Any:
    """Return the connections of the board's subscribers, the latest first."""
    (broadcast,) = live.app.pipeline.ports.boards._broadcasts.values()
    listeners = [listener for group in broadcast._groups.values() for listener in group.listeners]
    return [listener._sink._connection for listener in reversed(listeners)]


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
def test_a_frame_is_what_the_library_would_write(length: int) -> None:
    payload = b"x" * length

    assert text_frame(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)
