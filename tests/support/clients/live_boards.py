"""Live leaderboard client of tests: subscriptions over real websockets, and learners who earn XP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection

from domain.gamification import leaderboard_projection
from domain.ids import UserId
from domain.unit_of_work import Meter
from tests.builders.leaderboards import earned
from tests.gateway.conftest import Live
from tests.support.clients.websockets import INIT, hear, say, socket
from tests.support.leaderboards import SqlBoardStores

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
