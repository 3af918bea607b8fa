"""What the subscribers of the boards are sent: a snapshot, then what changed, at most once in an interval."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime

from domain.entities import entity
from domain.ids import UserId
from domain.leaderboards import (
    Board,
    BoardKey,
    BoardPage,
    Leaderboard,
    LeaderboardDelta,
    LeaderboardEntry,
    LeaderboardScope,
    LeaderboardSnapshot,
    LeaderboardWindow,
    board_of,
    difference,
    own_entry,
    seen_by,
    topic_of,
)
from domain.signals import Signal, Signals, newest
from domain.work import OpenWork
from resolvers.board_channels import BoardChannel

MOST_BOARDS = 16
_SOON_AFTER_S = 0.001

Update = LeaderboardSnapshot | LeaderboardDelta


@entity
class Wish:
    """What one subscriber asked for."""

    scope: LeaderboardScope
    window: LeaderboardWindow
    first: int
    viewer_id: UserId | None


class BoardFeed:
    """The boards that are watched in this process.

    A subscriber hears from it at most once in `interval_s` seconds, and looks for itself every `tick_s` seconds in
    case a signal was lost. Nothing is kept for a subscriber but the entries that it shows.
    """

    def __init__(self, *, interval_s: float = 1.0, tick_s: float = 5.0) -> None:
        self._interval_s = interval_s
        self._tick_s = tick_s
        self._channels: OrderedDict[BoardKey, BoardChannel] = OrderedDict()

    def remember(self, shown: Leaderboard) -> None:
        """Let a client that has just queried a board resume from there."""
        if shown.top:
            top = [replace(entry, is_viewer=False) if entry.is_viewer else entry for entry in shown.top]
            self._channel(shown.board).remember(shown.version, top)

    async def updates(
        self,
        wish: Wish,
        *,
        after: str | None,
        open_reads: OpenWork,
        signals: Signals,
        now: Callable[[], datetime],
    ) -> AsyncGenerator[Update, None]:
        """Yield a delta from the version `after` where it is still known, else a snapshot; then every change.

        When the window ends, the next board follows with a snapshot.
        """
        pace = _Pace(self._interval_s)
        while True:
            board = board_of(wish.scope, wish.window, now())
            channel = self._channel(board)
            async with signals.listen(topic_of(board.key)) as heard:
                with channel.watched_by(wish.viewer_id):
                    screen = _Screen(wish, channel, open_reads)
                    await pace.wait()
                    yield await screen.begin(after, now)
                    changes = self._changes(board, screen, heard, pace, now)
                    async with aclosing(changes) as deltas:
                        async for delta in deltas:
                            yield delta
            after = None

    async def _changes(
        self,
        board: Board,
        screen: "_Screen",
        heard: AsyncIterator[Signal],
        pace: "_Pace",
        now: Callable[[], datetime],
    ) -> AsyncGenerator[LeaderboardDelta, None]:
        """Yield deltas until the board's window ends."""
        while True:
            signal = await newest(heard, within=self._patience(board, now()))
            if board_of(board.scope, board.window, now()).key != board.key:
                return
            version = _version(signal)
            if version is not None and version <= screen.version:
                continue
            await pace.wait()
            version = _version(await newest(heard, within=0)) or version
            delta = await screen.look(version, self._tick_s)
            if delta is not None:
                pace.sent()
                yield delta

    def _patience(self, board: Board, now: datetime) -> float:
        if board.closes_at is None:
            return self._tick_s
        return min(self._tick_s, max(0.0, (board.closes_at - now).total_seconds()) + _SOON_AFTER_S)

    def _channel(self, board: Board) -> BoardChannel:
        channel = self._channels.setdefault(board.key, BoardChannel(board))
        self._channels.move_to_end(board.key)
        idle = [key for key, other in self._channels.items() if not other.watched and key != board.key]
        for key in idle[: max(0, len(self._channels) - MOST_BOARDS)]:
            del self._channels[key]
        return channel


class _Pace:
    """Keeps messages apart."""

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._next = float("-inf")

    async def wait(self) -> None:
        await asyncio.sleep(max(0.0, self._next - asyncio.get_running_loop().time()))
        self.sent()

    def sent(self) -> None:
        self._next = asyncio.get_running_loop().time() + self._interval_s


class _Screen:
    """What one subscriber shows of one board."""

    def __init__(self, wish: Wish, channel: BoardChannel, open_reads: OpenWork) -> None:
        self._wish = wish
        self._channel = channel
        self._open_reads = open_reads
        self._shown: Sequence[LeaderboardEntry] = []
        self._own: LeaderboardEntry | None = None
        self._told = 0
        self.version = 0

    async def begin(self, after: str | None, now: Callable[[], datetime]) -> Update:
        """Return the first message."""
        as_of = now()
        page = await self._channel.fresh(self._open_reads)
        held = self._channel.past(after)
        if held is not None and page.opened:
            self._shown, self._told = held[: self._wish.first], int(after or 0)
            return self._delta(page)
        self._hold(page)
        return LeaderboardSnapshot(
            version=str(page.version),
            as_of=as_of,
            entries=seen_by(self._wish.viewer_id, self._shown),
            viewer_entry=self._own,
        )

    async def look(self, version: int | None, tick_s: float) -> LeaderboardDelta | None:
        """Return what changed; None where nothing did.

        On a tick (`version` is None) a new version is told even where it changes nothing here, so that what a
        client may resume from does not grow old.
        """
        if version is None:
            page = await self._channel.recent(tick_s / 2, self._open_reads)
        else:
            page = await self._channel.at_least(version, self._open_reads)
        self.version = page.version
        same = list(page.top[: self._wish.first]) == list(self._shown)
        if page.version == self._told:
            return None
        if same and own_entry(page, self._wish.viewer_id) == self._own and version is not None:
            return None
        return self._delta(page)

    def _delta(self, page: BoardPage) -> LeaderboardDelta:
        since, before = self._told, self._shown
        self._hold(page)
        changes = difference(before, self._shown)
        return LeaderboardDelta(
            version=str(page.version),
            since=str(since),
            moved=seen_by(self._wish.viewer_id, changes.moved),
            entered=seen_by(self._wish.viewer_id, changes.entered),
            left=changes.left,
            viewer_entry=self._own,
        )

    def _hold(self, page: BoardPage) -> None:
        self._shown = page.top[: self._wish.first]
        self._own = own_entry(page, self._wish.viewer_id)
        self._told = self.version = page.version


def _version(signal: Signal | None) -> int | None:
    return int(signal.body) if signal is not None and signal.body.isdecimal() else None
