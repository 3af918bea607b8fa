"""When to look at a board again: on each signal, at most once in an interval, and on a tick in case one was lost."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from datetime import datetime

from domain.entities import entity
from domain.leaderboards import Board, BoardPage, board_of
from domain.signals import Signal, newest
from domain.work import OpenWork
from resolvers.board_channels import BoardChannel

_SOON_AFTER_S = 0.001
_LEAST_PAUSE_S = 0.01


@entity
class Look:
    """A page of the board; `on_tick` says that no signal led to it."""

    page: BoardPage
    on_tick: bool


class Pace:
    """Keeps messages apart."""

    def __init__(self, interval_s: float) -> None:
        self.interval_s = interval_s
        self._next = float("-inf")

    async def wait(self) -> None:
        """Wait until the next message may be sent."""
        await asyncio.sleep(max(0.0, self._next - asyncio.get_running_loop().time()))
        self.sent()

    def sent(self) -> None:
        """Begin a new interval."""
        self._next = asyncio.get_running_loop().time() + self.interval_s


class Watch:
    """Looks at one board; `version` is the one that is known, and `is_behind` asks for a look without a signal."""

    def __init__(
        self,
        board: Board,
        channel: BoardChannel,
        *,
        open_reads: OpenWork,
        now: Callable[[], datetime],
        pace: Pace,
        tick_s: float,
    ) -> None:
        self.version = 0
        self.is_behind = False
        self._board = board
        self._channel = channel
        self._open_reads = open_reads
        self._now = now
        self._pace = pace
        self._tick_s = tick_s

    @property
    def interval_s(self) -> float:
        """The least time between two messages."""
        return self._pace.interval_s

    @property
    def is_over(self) -> bool:
        """Whether the board's window has ended."""
        return board_of(self._board.scope, self._board.window, self._now()).key != self._board.key

    async def looks(self, heard: AsyncIterator[Signal]) -> AsyncGenerator[Look, None]:
        """Yield a look for each change until the board's window ends."""
        while True:
            signal = await newest(heard, within=self._patience())
            if self.is_over:
                return
            version = _version(signal)
            if version is not None and version <= self.version:
                continue
            await self._pace.wait()
            version = _version(await newest(heard, within=0)) or version
            if version is None and self.is_behind:
                version = self.version
            yield Look(page=await self._page(version), on_tick=version is None)

    async def _page(self, version: int | None) -> BoardPage:
        if version is None:
            page = await self._channel.recent(self._tick_s / 2, self._open_reads)
        else:
            page = await self._channel.at_least(version, self._open_reads)
        self.version = page.version
        return page

    def _patience(self) -> float:
        within = self._tick_s
        if self.is_behind:
            within = min(within, max(_LEAST_PAUSE_S, self._pace.interval_s))
        if self._board.closes_at is None:
            return within
        return min(within, max(0.0, (self._board.closes_at - self._now()).total_seconds()) + _SOON_AFTER_S)


def _version(signal: Signal | None) -> int | None:
    return int(signal.body) if signal is not None and signal.body.isdecimal() else None
