"""Strawberry's own websocket handler over the same board; the difference is computed once for all sockets."""

import asyncio
import os
from collections.abc import AsyncGenerator
from typing import Annotated, Any

import asyncpg
import strawberry
import uvicorn
from starlette.types import Receive, Scope, Send
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache

_BOARD = "GLOBAL:ALL_TIME"
_POLL_S = 0.02
_VERSION = "SELECT version FROM leaderboards WHERE board = $1"
_TOP = """
SELECT rank() OVER (ORDER BY e.xp DESC) AS rank, e.xp, e.last_gain, u.id, u.display_name
FROM leaderboard_entries e JOIN users u ON u.id = e.user_id
WHERE e.board = $1 AND e.visible AND e.xp > 0 ORDER BY e.xp DESC, e.reached_at, e.user_id LIMIT 10
"""


@strawberry.type
class User:
    id: strawberry.ID
    display_name: str


@strawberry.type
class LeaderboardEntry:
    rank: int
    xp: int
    delta: int
    user: User


@strawberry.type
class LeaderboardSnapshot:
    version: str
    entries: list[LeaderboardEntry]


@strawberry.type
class LeaderboardDelta:
    version: str
    since: str
    moved: list[LeaderboardEntry]
    entered: list[LeaderboardEntry]
    left: list[strawberry.ID]


Update = Annotated[LeaderboardSnapshot | LeaderboardDelta, strawberry.union("LeaderboardUpdate")]


class Board:
    """The board as last read, and an event for its next change."""

    def __init__(self) -> None:
        self.snapshot = LeaderboardSnapshot(version="0", entries=[])
        self.delta: LeaderboardDelta | None = None
        self.changed = asyncio.Event()

    async def watch(self, url: str) -> None:
        """Poll for a new version until cancelled; read and compare each change once."""
        connection: Any = await asyncpg.connect(url)
        while True:
            version = str(await connection.fetchval(_VERSION, _BOARD))
            if version != self.snapshot.version:
                self._change(version, [_entry(row) for row in await connection.fetch(_TOP, _BOARD)])
            await asyncio.sleep(_POLL_S)

    def _change(self, version: str, entries: list[LeaderboardEntry]) -> None:
        before = {entry.user.id: entry for entry in self.snapshot.entries}
        after = {entry.user.id for entry in entries}
        self.delta = LeaderboardDelta(
            version=version,
            since=self.snapshot.version,
            moved=[e for e in entries if e.user.id in before and e != before[e.user.id]],
            entered=[e for e in entries if e.user.id not in before],
            left=[id_ for id_ in before if id_ not in after],
        )
        self.snapshot = LeaderboardSnapshot(version=version, entries=entries)
        self.changed.set()
        self.changed = asyncio.Event()


def _entry(row: Any) -> LeaderboardEntry:
    rank, xp, delta, user_id, name = row
    return LeaderboardEntry(rank=rank, xp=xp, delta=delta, user=User(id=user_id, display_name=name))


board = Board()


@strawberry.type
class Query:
    @strawberry.field
    def version(self) -> str:
        return board.snapshot.version


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def leaderboard_changed(self, first: int = 10) -> AsyncGenerator[Update, None]:  # noqa: ARG002 - always ten
        yield board.snapshot
        while True:
            await board.changed.wait()
            assert board.delta is not None
            yield board.delta


EXTENSIONS: Any = [ParserCache(), ValidationCache()]  # one object each, so that they keep their entries
handler: Any = GraphQL(strawberry.Schema(query=Query, subscription=Subscription, extensions=EXTENSIONS))


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Start polling with the first request, and leave the rest to Strawberry."""
    if not _watching:
        _watching.append(asyncio.create_task(board.watch(os.environ["DATABASE_URL"])))
    await handler(scope, receive, send)


_watching: list[asyncio.Task[None]] = []

if __name__ == "__main__":
    uvicorn.run(
        application,
        port=int(os.environ["BENCH_PORT"]),
        lifespan="off",
        log_level="warning",
        access_log=False,
        ws_per_message_deflate=False,
    )
