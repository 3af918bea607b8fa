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

from persistence.pooling import connection_lifetimes
from persistence.pooling.connection_lifetimes import Ages, Lifetimes
from persistence.pooling.idle_connections import IdleConnections

USUAL = 4
"""How many connections are lent at once while that is enough."""
GROW_AFTER_S = 0.05
"""How many seconds a caller waits for one of those before one more is lent."""
CHECK_EVERY_S = 0.01
"""How many seconds pass between two checks of the waiters, and so how much longer than due each may wait."""
STUCK_AFTER_S = 0.5
"""How many seconds a caller waits where every connection has been busy with one statement for as long."""
_LIFETIMES = Lifetimes()
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

    Not more than `usual` are lent at once as long as no caller waits longer than `GROW_AFTER_S`: a few busy backends
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
        usual: int = USUAL,
        lifetimes: Lifetimes = _LIFETIMES,
        count_stuck: Callable[[float], int] = lambda _: 0,
    ) -> None:
        self._open_connection = open_connection
        self._largest = largest
        self._usual = min(usual, largest)
        self._lifetimes = lifetimes
        self._timeout_s = timeout_s
        self._count_stuck = count_stuck
        self._stuck = 0
        self._loop = asyncio.get_running_loop()
        self._idle = IdleConnections()
        self._unchecked: list[asyncpg.Connection[Any]] = []
        self._ages = Ages(lifetimes.longest_life_s)
        self._expired = self._ages.expired
        self._waiting: deque[tuple[_Waiter, float]] = deque()
        self._next_check: asyncio.TimerHandle | None = None
        self._next_sweep = self._loop.call_later(lifetimes.longest_idle_s, self._sweep)
        self._next_mark = self._loop.call_later(lifetimes.check_after_s, self._mark)
        self._closing: set[asyncio.Task[None]] = set()
        self._size = 0
        self._is_closed = False

    @property
    def load(self) -> PoolLoad:
        """How busy the pool is."""
        waiting = sum(not waiter.done() for waiter, _ in self._waiting)
        return PoolLoad(self._size - len(self._idle), len(self._idle), self._largest, waiting)

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
        self._ages.expire_all()
        self._discard(*self._idle.lowest(len(self._idle)))

    async def close(self) -> None:
        """Close the idle connections; those in use are closed when they come back."""
        self._is_closed = True
        self._next_sweep.cancel()
        self._next_mark.cancel()
        self._stuck = 0
        self._size += len(self._unchecked)
        self._discard(*self._idle.lowest(len(self._idle)), *self._unchecked)
        await asyncio.gather(*self._closing, return_exceptions=True)

    def _take_idle(self) -> "asyncpg.Connection[Any] | None":
        """Return the connection used last; None without one, or where it has to be checked: `_opened` does that."""
        idle = self._idle
        while idle:
            connection = idle.pop()
            if len(idle) < idle.least and idle.has_rested():
                self._size -= 1
                self._unchecked.append(connection)
                return None
            if not connection.is_closed():
                return connection
            self._discard(connection)
        return None

    def _reserve(self) -> bool:
        if self._size >= self._largest or self._is_closed:
            return False
        self._size += 1
        return True

    async def _opened(self) -> "asyncpg.Connection[Any]":
        """Open a connection in the room that was reserved for it, unless one that has rested answers."""
        try:
            while self._unchecked:
                connection = self._unchecked.pop()
                if await self._is_usable(connection):
                    return connection
            connection = await self._open_connection()
        except BaseException:
            self._size -= 1
            self._offer_room()
            raise
        self._ages.begin(connection)
        return connection

    async def _is_usable(self, connection: "asyncpg.Connection[Any]") -> bool:
        """Check a connection that has rested; close one that does not answer, and the others that have rested."""
        is_usable = False
        try:
            is_usable = await connection_lifetimes.answers(connection)
        finally:
            if not is_usable:
                self._size += 1  # it gave up its own room
                self._discard(connection, *self._idle.lowest(self._idle.rested))
        return is_usable

    def _check(self) -> None:
        """Lend more than usual to callers that have waited for a while, and refuse those that have waited too long."""
        now = monotonic()
        self._stuck = self._count_stuck(GROW_AFTER_S)
        while self.longest_wait_began() <= now - GROW_AFTER_S and self._grow():
            pass
        is_stuck = self._count_stuck(STUCK_AFTER_S) >= self._largest
        patience_s = min(STUCK_AFTER_S, self._timeout_s) if is_stuck else self._timeout_s
        while self.longest_wait_began() <= now - patience_s:
            waiter, _ = self._waiting.popleft()
            waiter.set_exception(TimeoutError())
        is_needed = self._waiting or self._stuck
        self._next_check = self._loop.call_later(CHECK_EVERY_S, self._check) if is_needed else None

    def longest_wait_began(self) -> float:
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
        self._discard(*self._idle.swept(self._size - self._usual))
        self._ages.expire_old()
        self._next_sweep = self._loop.call_later(self._lifetimes.longest_idle_s, self._sweep)

    def _mark(self) -> None:
        self._idle.mark()
        self._next_mark = self._loop.call_later(self._lifetimes.check_after_s, self._mark)

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

    def _discard(self, *connections: "asyncpg.Connection[Any]") -> None:
        """Take connections out of the pool and close them in the background, where cancelled statements are awaited."""
        for connection in connections:
            self._size -= 1
            self._ages.end(connection)
            task = asyncio.ensure_future(connection_lifetimes.close(connection))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
