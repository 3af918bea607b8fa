"""A process without a database: a feed of boards in memory, and clients as simple as they can be."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from domain import boards_projection
from domain.boards_projection import Earned
from domain.ids import UserId
from domain.leaderboards import (
    Leaderboard,
    LeaderboardEntry,
    LeaderboardScope,
    LeaderboardSnapshot,
    LeaderboardWindow,
    read,
)
from domain.signals import Signal
from domain.work import Meter
from persistence.signals import LocalSignals
from resolvers.board_feed import BoardFeed
from resolvers.board_screens import Update, Wish
from tests.builders import mint
from tests.builders.leaderboards import EVER, MONDAY
from tests.fakes.leaderboards import FakeBoards


@dataclass
class Screen:
    """A client as simple as one can be: it applies what it is sent."""

    entries: dict[str, LeaderboardEntry] = field(default_factory=dict)
    own: LeaderboardEntry | None = None
    version: str | None = None
    messages: list[Update] = field(default_factory=list)

    def apply(self, message: Update) -> None:
        self.messages.append(message)
        if isinstance(message, LeaderboardSnapshot):
            self.entries = {e.user_id: e for e in message.entries}
        else:
            assert message.since == self.version
            for user_id in message.left:
                del self.entries[user_id]
            for entry in message.moved:
                assert entry.user_id in self.entries
            for entry in message.entered:
                assert entry.user_id not in self.entries
            self.entries |= {e.user_id: e for e in [*message.moved, *message.entered]}
        self.own, self.version = message.viewer_entry, message.version

    @property
    def rows(self) -> list[LeaderboardEntry]:
        return sorted(self.entries.values(), key=lambda e: (e.rank, e.reached_at, e.user_id))


@dataclass
class House:
    """A process without a database: stores in memory, a bus, a feed and a clock."""

    feed: BoardFeed = field(default_factory=lambda: BoardFeed(interval_s=0, tick_s=60))
    boards: FakeBoards = field(default_factory=FakeBoards)
    signals: LocalSignals = field(default_factory=LocalSignals)
    now: datetime = MONDAY + timedelta(hours=12)

    @property
    def boards_projection(self) -> FakeBoards:
        return self.boards

    @asynccontextmanager
    async def open_reads(self, meter: Meter) -> AsyncIterator["House"]:
        await asyncio.sleep(0)
        yield self

    def learner(self, *, on_boards: bool = True) -> UserId:
        user_id = UserId(mint("user"))
        self.boards.on_boards[user_id] = on_boards
        return user_id

    async def earn(self, *ones: Earned, tell: bool = True) -> None:
        self.boards.outbox += ones
        told: list[Signal] = []
        await boards_projection.project(self.boards, now=self.now, emit=told.append)
        if tell:
            await self.signals.publish(told)

    async def appear(self, user_id: UserId, on_boards: bool) -> None:
        told: list[Signal] = []
        await boards_projection.appear(
            self.boards, user_id=user_id, on_boards=on_boards, now=self.now, emit=told.append
        )
        await self.signals.publish(told)

    async def query(self, viewer: UserId | None = None, **values: Any) -> Leaderboard:
        values = {"scope": LeaderboardScope.GLOBAL, "window": LeaderboardWindow.ALL_TIME} | values
        shown = await read(self.boards, viewer_id=viewer, now=self.now, **values)
        self.feed.remember(shown)
        return shown

    def updates(self, *, after: str | None = None, **values: Any) -> Any:
        wish = Wish(
            **{
                "scope": LeaderboardScope.GLOBAL,
                "window": LeaderboardWindow.ALL_TIME,
                "first": 10,
                "viewer_id": None,
            }
            | values
        )
        open_reads: Any = self.open_reads
        return self.feed.updates(
            wish, after=after, open_reads=open_reads, signals=self.signals, now=lambda: self.now
        )

    @asynccontextmanager
    async def watching(self, screen: Screen | None = None, **values: Any) -> AsyncIterator[Screen]:
        """A client that listens all the time; it has its first message when the block begins."""
        screen = screen or Screen()
        expected = len(screen.messages) + 1
        updates = self.updates(**values)

        async def listen() -> None:
            async for message in updates:
                screen.apply(message)

        job = asyncio.create_task(listen())
        try:
            await until(lambda: len(screen.messages) >= expected)
            yield screen
        finally:
            job.cancel()
            await asyncio.gather(job, return_exceptions=True)
            await updates.aclose()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(3):
        while not true():
            await asyncio.sleep(0.001)


def latest(house: House) -> str:
    return str(house.boards._versions.get(EVER.key, 0))


@asynccontextmanager
async def all_of(contexts: Any) -> AsyncIterator[list[Screen]]:
    entered: list[Any] = []
    try:
        screens = []
        for context in contexts:
            screens.append(await context.__aenter__())
            entered.append(context)
        yield screens
    finally:
        for context in reversed(entered):
            await context.__aexit__(None, None, None)
