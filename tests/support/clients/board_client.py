"""Documents about leaderboards, and a subscriber that applies what it is sent."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from domain.accounts.users import User, Viewer
from domain.gamification import leaderboard_projection
from domain.unit_of_work import Meter
from tests.builders.leaderboards import earned
from tests.support.leaderboards import SqlBoardStores
from tests.support.patience import PATIENCE_S
from tests.support.schema_client import Asker

ENTRY = "fragment E on LeaderboardEntry { rank xp delta reachedAt isViewer user { id displayName } }"
BOARD = (
    """
query ($window: LeaderboardWindow! = ALL_TIME, $first: Int! = 10, $n: Int! = 5) {
  leaderboard(window: $window) {
    scope window version total asOf
    entries(first: $first) { ...E }
    viewerEntry { ...E }
    around(n: $n) { ...E }
  }
}
"""
    + ENTRY
)
CHANGED = (
    """
subscription ($window: LeaderboardWindow! = ALL_TIME, $first: Int! = 10, $after: LeaderboardVersion) {
  leaderboardChanged(window: $window, first: $first, after: $after) {
    __typename
    ... on LeaderboardSnapshot { version asOf entries { ...E } viewerEntry { ...E } }
    ... on LeaderboardDelta { version since moved { ...E } entered { ...E } left viewerEntry { ...E } }
  }
}
"""
    + ENTRY
)
RANKING = """
query ($first: Int, $after: Cursor, $last: Int, $before: Cursor) {
  leaderboard {
    ranking(first: $first, after: $after, last: $last, before: $before) {
      nodes { rank xp isViewer user { id } } edges { cursor node { rank } } pageInfo { hasNextPage endCursor }
    }
  }
}
"""


async def earn(ask: Asker, *amounts: tuple[User, int]) -> None:
    """Write XP and project it to the boards, as the projector does."""
    at = ask.clock()
    async with ask.postgres.open_work(Meter()) as work:
        await SqlBoardStores(work).write(earned(user.id, amount, at=at) for user, amount in amounts)
    async with ask.postgres.open_work(Meter()) as work:
        await leaderboard_projection.project(work.boards_projection, now=at, emit=work.emit)


async def board(ask: Asker, viewer: Viewer | None = None, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await ask.data(BOARD, viewer, **variables))["leaderboard"]
    return found


class Client:
    """A subscriber that applies the messages it receives, and keeps them."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.entries: dict[str, dict[str, Any]] = {}
        self.version: str | None = None
        self.own: dict[str, Any] | None = None

    def apply(self, response: dict[str, Any]) -> None:
        message = response["data"]["leaderboardChanged"]
        if message["__typename"] == "LeaderboardSnapshot":
            self.entries = _by_user(message["entries"])
        else:
            assert message["since"] == self.version
            self.entries = {u: e for u, e in self.entries.items() if u not in message["left"]}
            self.entries |= _by_user([*message["moved"], *message["entered"]])
        self.version, self.own = message["version"], message["viewerEntry"]
        self.messages.append(message)

    @property
    def rows(self) -> list[dict[str, Any]]:
        return sorted(self.entries.values(), key=lambda e: (e["rank"], e["reachedAt"], e["user"]["id"]))


def _by_user(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {entry["user"]["id"]: entry for entry in entries}


@asynccontextmanager
async def subscribed(
    ask: Asker, viewer: Viewer | None = None, client: Client | None = None, **variables: Any
) -> AsyncIterator[Client]:
    client = client or Client()
    expected = len(client.messages) + 1
    stream = await ask.stream(CHANGED, viewer, **variables)

    async def listen() -> None:
        async for response in stream:
            client.apply(response)

    job = asyncio.create_task(listen())
    try:
        await until(lambda: len(client.messages) >= expected or job.done())
        yield client
    finally:
        job.cancel()
        (end,) = await asyncio.gather(job, return_exceptions=True)
        await stream.aclose()
        assert isinstance(end, asyncio.CancelledError), end


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():
            await asyncio.sleep(0.005)
