"""A pool of connections without ceremony: borrowing an idle one takes no task, no timer and no round trip.

asyncpg's own pool resets a connection in a task of its own each time it comes back, which costs as much as a small
query. Nobody here changes a connection's settings, so that there is nothing to reset; one whose user was cancelled, or
left a transaction open, is closed instead of handed on. Under load nearly everybody waits, so that waiting takes no
timer either: one of the pool's looks at who came first, and runs only while somebody waits.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from math import inf
from time import monotonic
from typing import Any, NamedTuple

import asyncpg

Raw = asyncpg.Connection
USUAL = 4
"""How many connections are lent at once while that is enough."""
STRETCH_S = 0.05
"""How many seconds somebody waits for one of those before one more is lent."""
LOOK_S = 0.01
"""How many seconds pass between two looks at who waits: what is due to them may come that much later."""
_CLOSE_TIMEOUT_S = 5.0
_Waiter = asyncio.Future["Raw[Any] | None"]
"""Somebody who waits, for a connection or for None, which stands for the room to open one."""


class Load(NamedTuple):
    """How many connections are lent and idle, how many there may be, and how many wait for one."""

    in_use: int
    idle: int
    largest: int
    waiting: int


class Pool:
    """At most `largest` connections, opened when they are needed; the one used last is lent first.

    Not more than `USUAL` are lent at once as long as nobody waits for one longer than `STRETCH_S`: a few busy backends
    do the same work for less than many, whose plans and catalogues push each other out of the processor's caches.
    It serves the event loop that it is made in; both waits may last up to `LOOK_S` longer.
    """

    def __init__(
        self, open_one: Callable[[], Awaitable["Raw[Any]"]], *, largest: int, patience_s: float
    ) -> None:
        self._open_one = open_one
        self._largest = largest
        self._usual = min(USUAL, largest)
        self._patience_s = patience_s
        self._idle: list[Raw[Any]] = []
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[tuple[_Waiter, float]] = deque()
        self._looking: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._size = 0
        self._closed = False

    @property
    def load(self) -> Load:
        """How busy the pool is."""
        waiting = sum(not waiter.done() for waiter, _ in self._waiting)
        idle = len(self._idle)
        return Load(self._size - idle, idle, self._largest, waiting)

    async def acquire(self) -> "Raw[Any]":
        """Borrow a connection; TimeoutError when none comes free within `patience_s` seconds."""
        if self._size - len(self._idle) < self._usual:
            idle = self._take_idle()
            if idle is not None:
                return idle
            if self._reserve():
                return await self._opened()
        if self._closed:
            raise asyncpg.InterfaceError("the pool is closed")
        waiter: _Waiter = self._loop.create_future()
        self._waiting.append((waiter, monotonic()))
        if self._looking is None:
            self._looking = self._loop.call_later(LOOK_S, self._look)
        try:
            handed = await waiter
        except BaseException:
            self._give_up(waiter)
            raise
        return handed if handed is not None else await self._opened()

    def release(self, connection: "Raw[Any]", *, cancelled: bool = False) -> None:
        """Take a connection back and lend it to whoever waits; one that cannot be trusted is closed."""
        if cancelled or self._closed or connection.is_closed() or connection.is_in_transaction():
            self._size -= 1
            self._retire(connection)
            self._hand_room()
        elif not self._hand(connection):
            self._idle.append(connection)

    async def close(self) -> None:
        """Close the idle connections; those in use are closed when they come back."""
        self._closed = True
        for connection in self._idle:
            self._retire(connection)
        self._idle.clear()
        await asyncio.gather(*self._closing, return_exceptions=True)

    def _take_idle(self) -> "Raw[Any] | None":
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            self._size -= 1
        return None

    def _reserve(self) -> bool:
        """Reserve room for one more connection, if there is any."""
        if self._size >= self._largest or self._closed:
            return False
        self._size += 1
        return True

    async def _opened(self) -> "Raw[Any]":
        """Open a connection in the room that was reserved for it."""
        try:
            return await self._open_one()
        except BaseException:
            self._size -= 1
            self._hand_room()
            raise

    def _look(self) -> None:
        """Lend more than usual to whoever has waited for a while, and refuse whoever has waited too long."""
        now = monotonic()
        while self._first_came() <= now - STRETCH_S and self._stretch():
            pass
        while self._first_came() <= now - self._patience_s:
            waiter, _ = self._waiting.popleft()
            waiter.set_exception(TimeoutError())
        self._looking = self._loop.call_later(LOOK_S, self._look) if self._waiting else None

    def _first_came(self) -> float:
        """Return when whoever has waited longest came, infinity where nobody waits."""
        while self._waiting:
            waiter, came = self._waiting[0]
            if not waiter.done():
                return came
            self._waiting.popleft()
        return inf

    def _stretch(self) -> bool:
        """Lend one more than usual to whoever has waited longest, if there is one."""
        idle = self._take_idle()
        return (idle is not None or self._reserve()) and self._hand(idle)

    def _hand_room(self) -> None:
        """Give whoever has waited longest the room for a connection."""
        if self._waiting and self._reserve() and not self._hand(None):
            self._size -= 1

    def _hand(self, connection: "Raw[Any] | None") -> bool:
        """Give a connection, or None for the room to open one, to whoever has waited longest."""
        while self._waiting:
            waiter, _ = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return True
        return False

    def _give_up(self, waiter: _Waiter) -> None:
        """Pass on what was handed to a waiter that does not wait any more."""
        if waiter.cancel() or waiter.cancelled() or waiter.exception() is not None:
            return
        handed = waiter.result()
        if handed is not None:
            self.release(handed)
        else:
            self._size -= 1
            self._hand_room()

    def _retire(self, connection: "Raw[Any]") -> None:
        """Close a connection in the background, where a cancelled statement is waited for."""
        task = asyncio.ensure_future(_close(connection))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _close(connection: "Raw[Any]") -> None:
    try:
        await connection.close(timeout=_CLOSE_TIMEOUT_S)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection.terminate()
