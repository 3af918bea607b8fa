"""Feed of leaderboards in memory, and a client that applies the messages that it gets."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from domain.gamification import leaderboard_projection
from domain.gamification.leaderboard_projection import OutboxEntry
from domain.gamification.leaderboards import (
    Leaderboard,
    LeaderboardEntry,
    LeaderboardScope,
    LeaderboardSnapshot,
    LeaderboardWindow,
    read,
)
from domain.ids import UserId
from domain.signals import Signal
from domain.unit_of_work import Meter
from persistence.signals import LocalSignals
from resolvers.live.board_feed import BoardFeed
from resolvers.live.board_updates import BoardRequest, Update
from resolvers.live.listeners import Listener, events_of
from tests.builders import mint
from tests.builders.leaderboards import EVER, MONDAY
from tests.fakes.leaderboards import FakeBoards
from tests.support.patience import PATIENCE_S


@dataclass
class BoardClient:
    """A client that applies each message, and checks that it follows the one before."""

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
class FeedHarness:
    """A process without a database: stores in memory, signals, a feed and a clock."""

    feed: BoardFeed = field(default_factory=lambda: BoardFeed(interval_s=0, tick_s=60))
    boards: FakeBoards = field(default_factory=FakeBoards)
    signals: LocalSignals = field(default_factory=LocalSignals)
    now: datetime = MONDAY + timedelta(hours=12)

    @asynccontextmanager
    async def open_reads(self, meter: Meter) -> AsyncIterator["FeedHarness"]:
        await asyncio.sleep(0)
        yield self

    def learner(self, *, on_boards: bool = True) -> UserId:
        user_id = UserId(mint("user"))
        self.boards.on_boards[user_id] = on_boards
        return user_id

    async def earn(self, *entries: OutboxEntry, publish: bool = True) -> None:
        self.boards.outbox += entries
        signals: list[Signal] = []
        await leaderboard_projection.project(self.boards, now=self.now, emit=signals.append)
        if publish:
            await self.signals.publish(signals)

    async def set_on_boards(self, user_id: UserId, on_boards: bool) -> None:
        signals: list[Signal] = []
        await leaderboard_projection.set_on_boards(
            self.boards, user_id=user_id, on_boards=on_boards, now=self.now, emit=signals.append
        )
        await self.signals.publish(signals)

    async def query(self, viewer: UserId | None = None, **values: Any) -> Leaderboard:
        values = {"scope": LeaderboardScope.GLOBAL, "window": LeaderboardWindow.ALL_TIME} | values
        shown = await read(self.boards, viewer_id=viewer, now=self.now, **values)
        self.feed.remember(shown)
        return shown

    async def join(self, listener: Listener, *, after: str | None = None, **values: Any) -> Update:
        defaults: dict[str, Any] = {
            "scope": LeaderboardScope.GLOBAL,
            "window": LeaderboardWindow.ALL_TIME,
            "first": 10,
            "viewer_id": None,
        }
        open_reads: Any = self.open_reads
        return await self.feed.join(
            listener,
            BoardRequest(**defaults | values),
            after=after,
            open_reads=open_reads,
            signals=self.signals,
            now=lambda: self.now,
        )

    def updates(self, **values: Any) -> AsyncGenerator[Update, None]:
        return events_of(self.join, **values)

    @asynccontextmanager
    async def watching(self, client: BoardClient | None = None, **values: Any) -> AsyncIterator[BoardClient]:
        """Subscribe a client, which has its first message when the block begins."""
        client = client or BoardClient()
        expected = len(client.messages) + 1
        updates = self.updates(**values)

        async def apply_all() -> None:
            async for message in updates:
                client.apply(message)

        task = asyncio.create_task(apply_all())
        try:
            await until(lambda: len(client.messages) >= expected)
            yield client
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await updates.aclose()
            # A task ends the broadcast of a board without subscribers.
            await asyncio.sleep(0.01)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.001)


def latest(harness: FeedHarness) -> str:
    """Return the latest version of the board of all time."""
    return str(harness.boards._versions.get(EVER.key, 0))


@asynccontextmanager
async def all_of(
    contexts: Iterable[AbstractAsyncContextManager[BoardClient]],
) -> AsyncIterator[list[BoardClient]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(context) for context in contexts]
