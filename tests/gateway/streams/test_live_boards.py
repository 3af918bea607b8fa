"""Live boards over real websockets: what is shared, what is not, and what happens to who does not read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.frames import Frame, Opcode

from domain import boards_projection
from domain.ids import UserId
from domain.work import Meter
from gateway.connections.wires import text_frame
from gateway.streams import outlets
from tests.asking import needs_plans
from tests.builders.leaderboards import earned
from tests.gateway.conftest import Live
from tests.gateway.endpoints.test_websockets import INIT, closed_with, hear, say, socket
from tests.leaderboard_rooms import SqlRoom

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
    ports = live.app.gateway.ports
    async with ports.open_work(Meter()) as work:
        await SqlRoom(work).write([earned(user_id, amount, at=ports.now())])  # type: ignore[arg-type]
    async with ports.open_work(Meter()) as work:
        await boards_projection.project(work.boards_projection, now=ports.now(), emit=work.emit)


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


async def test_each_socket_gets_what_is_shared_under_its_own_id(board: Live) -> None:
    ada, token = await learner(board, "ada")
    long = "ä" + "x" * 150

    async with (
        watching(board, SHARED, token=token) as one,
        watching(board, SHARED, id_='a "quoted" id') as other,
        watching(board, SHARED, id_=long) as third,
    ):
        await earn(board, ada, 10)
        heard = [await hear(opened) for opened in (one, other, third)]

        assert [message["id"] for message in heard] == ["1", 'a "quoted" id', long]
        assert {message["type"] for message in heard} == {"next"}
        assert heard[0]["payload"] == heard[1]["payload"] == heard[2]["payload"]
        assert heard[0]["payload"]["data"]["leaderboardChanged"]["entered"] == [
            {"xp": 10, "user": {"handle": "ada"}}
        ]


async def test_a_subscription_with_something_of_ones_own_is_answered_to_each(board: Live) -> None:
    (ada, adas), (_, bobs) = await learner(board, "ada"), await learner(board, "bob")

    async with watching(board, OWN, token=adas) as one, watching(board, OWN, token=bobs) as other:
        await earn(board, ada, 10)

        own = [(await hear(opened))["payload"]["data"]["leaderboardChanged"] for opened in (one, other)]
        assert [changed["viewerEntry"] for changed in own] == [{"rank": 1}, None]


async def test_who_completes_hears_no_more_and_may_use_the_id_again(board: Live) -> None:
    ada, _ = await learner(board, "ada")
    query = {"id": "1", "type": "subscribe", "payload": {"query": "{ __typename }"}}

    async with watching(board, SHARED) as opened:
        await say(opened, {"id": "1", "type": "complete"})
        await say(opened, {"type": "ping"})
        assert await hear(opened) == {"type": "pong"}
        await earn(board, ada, 10)
        await say(opened, query)

        assert (await hear(opened))["payload"] == {"data": {"__typename": "Query"}}
        assert board.app.gateway.ports.boards._relays == {}


async def test_an_id_in_use_is_refused_also_while_it_is_shared(board: Live) -> None:
    async with watching(board, SHARED) as opened:
        await say(opened, {"id": "1", "type": "subscribe", "payload": {"query": SHARED}})

        assert await closed_with(opened) == 4409


async def test_a_socket_that_goes_leaves_nothing_behind(board: Live) -> None:
    async with watching(board, SHARED), watching(board, SHARED):
        pass

    async with asyncio.timeout(3):
        while board.app.gateway.ports.boards._relays:
            await asyncio.sleep(0.01)


@needs_plans
async def test_who_does_not_read_is_closed_and_the_others_are_not(
    board: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlets, "SEND_TIMEOUT_S", 0.2)
    ada, _ = await learner(board, "ada")

    async with watching(board, SHARED) as steady, watching(board, SHARED) as slow:
        (outlet, _) = _outlets(board)
        outlet._wire.pause_writing()
        await earn(board, ada, 10)
        assert (await hear(steady))["type"] == "next"

        code = asyncio.create_task(closed_with(slow))
        other = asyncio.create_task(closed_with(steady))
        await asyncio.sleep(0.5)
        outlet._wire.resume_writing()
        done, _ = await asyncio.wait([code, other], return_when=asyncio.FIRST_COMPLETED, timeout=5)
        other.cancel()
        assert [task.result() for task in done] == [1013]


def _outlets(live: Live) -> Any:
    (relay,) = live.app.gateway.ports.boards._relays.values()
    listeners = [one for cohort in relay._cohorts.values() for one in cohort.listeners]
    return [one._outlet for one in reversed(listeners)]


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
def test_a_frame_is_what_the_library_would_write(length: int) -> None:
    payload = b"x" * length

    assert text_frame(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)
