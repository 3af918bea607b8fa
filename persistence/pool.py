"""A pool of connections without ceremony: borrowing an idle one takes no task, no timer and no round trip.

asyncpg's own pool resets a connection in a task of its own each time it comes back, which costs as much as a small
query. Nobody here changes a connection's settings, so that there is nothing to reset; one whose user was cancelled, or
left a transaction open, is closed instead of handed on.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import asyncpg

Raw = asyncpg.Connection
USUAL = 4
"""How many connections are lent at once while that is enough."""
STRETCH_S = 0.05
"""How many seconds somebody waits for one of those before one more is lent."""
_CLOSE_TIMEOUT_S = 5.0


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
    """

    def __init__(
        self, open_one: Callable[[], Awaitable["Raw[Any]"]], *, largest: int, patience_s: float
    ) -> None:
        self._open_one = open_one
        self._largest = largest
        self._usual = min(USUAL, largest)
        self._patience_s = patience_s
        self._idle: list[Raw[Any]] = []
        self._waiting: deque[asyncio.Future[Raw[Any] | None]] = deque()
        self._closing: set[asyncio.Task[None]] = set()
        self._size = 0
        self._closed = False

    @property
    def load(self) -> Load:
        """How busy the pool is."""
        waiting = sum(not waiter.done() for waiter in self._waiting)
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
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Raw[Any] | None] = loop.create_future()
        self._waiting.append(waiter)
        stretch = loop.call_later(STRETCH_S, self._stretch, waiter)
        try:
            async with asyncio.timeout(self._patience_s):
                handed = await waiter
        except BaseException:
            self._give_up(waiter)
            raise
        finally:
            stretch.cancel()
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

    def _stretch(self, waiter: "asyncio.Future[Raw[Any] | None]") -> None:
        """Lend one more than usual to somebody who has waited for a while."""
        if waiter.done():
            return
        idle = self._take_idle()
        if idle is not None or self._reserve():
            self._waiting.remove(waiter)
            waiter.set_result(idle)

    def _hand_room(self) -> None:
        """Give whoever has waited longest the room for a connection."""
        if self._waiting and self._reserve() and not self._hand(None):
            self._size -= 1

    def _hand(self, connection: "Raw[Any] | None") -> bool:
        """Give a connection, or None for the room to open one, to whoever has waited longest."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return True
        return False

    def _give_up(self, waiter: "asyncio.Future[Raw[Any] | None]") -> None:
        """Pass on what was handed to a waiter that does not wait any more."""
        if waiter.done() and not waiter.cancelled():
            handed = waiter.result()
            if handed is not None:
                self.release(handed)
            else:
                self._size -= 1
                self._hand_room()
        else:
            waiter.cancel()

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
