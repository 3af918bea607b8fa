"""Connection pool: lends asyncpg connections without a task, a timer or a round trip for each use.

asyncpg's own pool takes each connection back in a task, which costs a quarter of a small query even where `reset` is
switched off. No code here changes a connection's settings, so there is nothing to reset; a connection whose user was
cancelled, or left a transaction open, is closed instead of being lent again. Under load nearly every caller waits, so
waiters have no timer of their own: one timer of the pool checks the longest waiter, and runs only while there is one.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from math import inf
from time import monotonic
from typing import Any, NamedTuple

import asyncpg

USUAL = 4
"""How many connections are lent at once while that is enough."""
GROW_AFTER_S = 0.05
"""How many seconds a caller waits for one of those before one more is lent."""
CHECK_EVERY_S = 0.01
"""How many seconds pass between two checks of the waiters, and so how much longer than due each may wait."""
STUCK_AFTER_S = 0.5
"""How many seconds a caller waits where every connection has been busy with one statement for as long."""
LONGEST_IDLE_S = 300.0
"""A connection beyond the usual ones that stays idle for this many seconds is closed, before twice as many pass."""
LONGEST_LIFE_S = 1_800.0
"""A connection older than this is closed when it comes back, because a backend's caches only grow."""
_CLOSE_TIMEOUT_S = 5.0
_Waiter = asyncio.Future["asyncpg.Connection[Any] | None"]
"""A waiter: resolved with a connection, or None when it may open a new one."""


class PoolLoad(NamedTuple):
    """How many connections are lent and idle, how many there may be, and how many callers wait for one."""

    in_use: int
    idle: int
    largest: int
    waiting: int


class Pool:
    """At most `largest` connections, opened when they are needed; the one used last is lent first.

    Not more than `USUAL` are lent at once as long as no caller waits longer than `GROW_AFTER_S`: a few busy backends
    do the same work for less than many, whose plans and catalogues push each other out of the processor's caches.
    Connections whose statement has run for longer than that do not count, which `count_stuck` tells.
    The pool serves the event loop that it is made in; both waits may last up to `CHECK_EVERY_S` longer.
    """

    def __init__(
        self,
        open_connection: Callable[[], Awaitable["asyncpg.Connection[Any]"]],
        *,
        largest: int,
        timeout_s: float,
        count_stuck: Callable[[float], int] = lambda _: 0,
    ) -> None:
        self._open_connection = open_connection
        self._largest = largest
        self._usual = min(USUAL, largest)
        self._timeout_s = timeout_s
        self._count_stuck = count_stuck
        self._stuck = 0
        self._loop = asyncio.get_running_loop()
        self._idle: list[asyncpg.Connection[Any]] = []
        self._least_idle = (
            0  # since the last sweep; so many at the bottom of the stack were not lent meanwhile
        )
        self._opened_at: dict[asyncpg.Connection[Any], float] = {}
        self._expired: set[asyncpg.Connection[Any]] = set()
        self._waiting: deque[tuple[_Waiter, float]] = deque()
        self._next_check: asyncio.TimerHandle | None = None
        self._next_sweep = self._loop.call_later(LONGEST_IDLE_S, self._sweep)
        self._closing: set[asyncio.Task[None]] = set()
        self._size = 0
        self._is_closed = False

    @property
    def load(self) -> PoolLoad:
        """How busy the pool is."""
        waiting = sum(not waiter.done() for waiter, _ in self._waiting)
        idle = len(self._idle)
        return PoolLoad(self._size - idle, idle, self._largest, waiting)

    @property
    def longest_wait_s(self) -> float:
        """How many seconds the longest waiter has waited."""
        return max(0.0, monotonic() - self._longest_wait_began())

    async def acquire(self) -> "asyncpg.Connection[Any]":
        """Borrow a connection; TimeoutError when none comes free within `timeout_s` seconds."""
        if self._size - len(self._idle) - self._stuck < self._usual:
            idle = self._take_idle()
            if idle is not None:
                return idle
            if self._reserve():
                return await self._opened()
        if self._is_closed:
            raise asyncpg.InterfaceError("the pool is closed")
        waiter: _Waiter = self._loop.create_future()
        self._waiting.append((waiter, monotonic()))
        if self._next_check is None:
            self._next_check = self._loop.call_later(CHECK_EVERY_S, self._check)
        try:
            connection = await waiter
        except BaseException:
            self._pass_on(waiter)
            raise
        return connection if connection is not None else await self._opened()

    def release(self, connection: "asyncpg.Connection[Any]", *, unusable: bool = False) -> None:
        """Take a connection back and lend it to the longest waiter; close one that is unusable or too old."""
        is_unusable = unusable or connection.is_closed() or connection.is_in_transaction()
        if is_unusable or self._is_closed or connection in self._expired:
            self._discard(connection)
            self._offer_room()
        elif not self._offer(connection):
            self._idle.append(connection)

    def renew(self) -> None:
        """Close the idle connections, and those in use when they come back: the server has changed."""
        self._expired |= self._opened_at.keys()
        while self._idle:
            self._discard(self._idle.pop())
        self._least_idle = 0

    async def close(self) -> None:
        """Close the idle connections; those in use are closed when they come back."""
        self._is_closed = True
        self._next_sweep.cancel()
        self._stuck = 0
        while self._idle:
            self._discard(self._idle.pop())
        await asyncio.gather(*self._closing, return_exceptions=True)

    def _take_idle(self) -> "asyncpg.Connection[Any] | None":
        while self._idle:
            connection = self._idle.pop()
            if len(self._idle) < self._least_idle:  # noqa: PLR1730 - `min` is a call
                self._least_idle = len(self._idle)
            if not connection.is_closed():
                return connection
            self._discard(connection)
        return None

    def _reserve(self) -> bool:
        """Reserve room for one more connection, if there is any."""
        if self._size >= self._largest or self._is_closed:
            return False
        self._size += 1
        return True

    async def _opened(self) -> "asyncpg.Connection[Any]":
        """Open a connection in the room that was reserved for it."""
        try:
            connection = await self._open_connection()
        except BaseException:
            self._size -= 1
            self._offer_room()
            raise
        self._opened_at[connection] = monotonic()
        return connection

    def _check(self) -> None:
        """Lend more than usual to callers that have waited for a while, and refuse those that have waited too long."""
        now = monotonic()
        self._stuck = self._count_stuck(GROW_AFTER_S)
        while self._longest_wait_began() <= now - GROW_AFTER_S and self._grow():
            pass
        is_stuck = self._count_stuck(STUCK_AFTER_S) >= self._largest
        patience_s = min(STUCK_AFTER_S, self._timeout_s) if is_stuck else self._timeout_s
        while self._longest_wait_began() <= now - patience_s:
            waiter, _ = self._waiting.popleft()
            waiter.set_exception(TimeoutError())
        is_needed = self._waiting or self._stuck
        self._next_check = self._loop.call_later(CHECK_EVERY_S, self._check) if is_needed else None

    def _longest_wait_began(self) -> float:
        """Return when the longest waiter began to wait, infinity where there is none."""
        while self._waiting:
            waiter, began = self._waiting[0]
            if not waiter.done():
                return began
            self._waiting.popleft()
        return inf

    def _grow(self) -> bool:
        """Lend one connection more than usual to the longest waiter, if there is one to lend."""
        idle = self._take_idle()
        return (idle is not None or self._reserve()) and self._offer(idle)

    def _sweep(self) -> None:
        """Close what has been idle since the last sweep, beyond the usual, and note which connections are too old."""
        surplus = max(0, min(self._least_idle, self._size - self._usual))
        for connection in self._idle[:surplus]:
            self._discard(connection)
        del self._idle[:surplus]
        self._least_idle = len(self._idle)
        last_opened = monotonic() - LONGEST_LIFE_S
        self._expired = {
            connection
            for connection, opened_at in self._opened_at.items()
            if opened_at <= last_opened or connection in self._expired
        }
        self._next_sweep = self._loop.call_later(LONGEST_IDLE_S, self._sweep)

    def _offer_room(self) -> None:
        """Let the longest waiter open a connection, if there is room for one."""
        if self._waiting and self._reserve() and not self._offer(None):
            self._size -= 1

    def _offer(self, connection: "asyncpg.Connection[Any] | None") -> bool:
        """Give a connection, or None for the room to open one, to the longest waiter; False where there is none."""
        while self._waiting:
            waiter, _ = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return True
        return False

    def _pass_on(self, waiter: _Waiter) -> None:
        """Give what a cancelled waiter was given to the next one."""
        if waiter.cancel() or waiter.cancelled() or waiter.exception() is not None:
            return
        connection = waiter.result()
        if connection is not None:
            self.release(connection)
        else:
            self._size -= 1
            self._offer_room()

    def _discard(self, connection: "asyncpg.Connection[Any]") -> None:
        """Take a connection out of the pool and close it in the background, where a cancelled statement is awaited."""
        self._size -= 1
        self._opened_at.pop(connection, None)
        task = asyncio.ensure_future(_close(connection))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _close(connection: "asyncpg.Connection[Any]") -> None:
    try:
        await connection.close(timeout=_CLOSE_TIMEOUT_S)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection.terminate()
