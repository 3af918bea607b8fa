"""Reads a board again after each signal, at most once per interval, and on a tick in case a signal was lost."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from datetime import datetime

from domain.entities import entity
from domain.gamification.leaderboards import Board, BoardPage, board_of
from domain.signals import Signal, newest
from domain.work import OpenWork
from resolvers.live.board_cache import BoardCache

_AFTER_CLOSING_S = 0.001
_SHORTEST_WAIT_S = 0.01


@entity
class BoardRead:
    """A page of the board; `on_tick` says that it was read without a signal."""

    page: BoardPage
    on_tick: bool


class Throttle:
    """Keeps reads at least `interval_s` seconds apart."""

    def __init__(self, interval_s: float) -> None:
        self.interval_s = interval_s
        self._next_at = float("-inf")

    async def wait(self) -> None:
        """Wait until the interval is over, and begin a new one."""
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(max(0.0, self._next_at - clock()))
        self._next_at = clock() + self.interval_s


class BoardWatch:
    """Reads one board. `version` is the latest one read; `is_behind` asks for a read without waiting for a signal."""

    def __init__(
        self,
        board: Board,
        cache: BoardCache,
        *,
        open_reads: OpenWork,
        now: Callable[[], datetime],
        throttle: Throttle,
        tick_s: float,
    ) -> None:
        self.version = 0
        self.is_behind = False
        self._board = board
        self._cache = cache
        self._open_reads = open_reads
        self._now = now
        self._throttle = throttle
        self._tick_s = tick_s

    @property
    def interval_s(self) -> float:
        """The shortest time between two reads."""
        return self._throttle.interval_s

    @property
    def is_over(self) -> bool:
        """Whether the board's window has ended."""
        return board_of(self._board.scope, self._board.window, self._now()).key != self._board.key

    async def reads(self, signals: AsyncIterator[Signal]) -> AsyncGenerator[BoardRead, None]:
        """Yield a page for each change until the board's window ends."""
        while True:
            signal = await newest(signals, within=self._timeout())
            if self.is_over:
                return
            version = _version(signal)
            if version is not None and version <= self.version:
                continue
            await self._throttle.wait()
            version = _version(await newest(signals, within=0)) or version
            if version is None and self.is_behind:
                version = self.version
            yield BoardRead(page=await self._page(version), on_tick=version is None)

    async def _page(self, version: int | None) -> BoardPage:
        if version is None:
            page = await self._cache.recent(self._tick_s / 2, self._open_reads)
        else:
            page = await self._cache.at_least(version, self._open_reads)
        self.version = page.version
        return page

    def _timeout(self) -> float:
        timeout = self._tick_s
        if self.is_behind:
            timeout = min(timeout, max(_SHORTEST_WAIT_S, self._throttle.interval_s))
        if self._board.closes_at is None:
            return timeout
        until_closing = (self._board.closes_at - self._now()).total_seconds()
        return min(timeout, max(0.0, until_closing) + _AFTER_CLOSING_S)


def _version(signal: Signal | None) -> int | None:
    return int(signal.body) if signal is not None and signal.body.isdecimal() else None
