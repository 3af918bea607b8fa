"""Turns: lets work that blocks the event loop run one piece at a time, callers in rotation, with a rest after each.

The rest is three times as long as the work, so that all such work together takes a quarter of the process, and
everybody else waits for one piece of it at most.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

REST = 3.0
"""How long the loop is free after a piece of work, in multiples of the work."""
LONGEST_REST_S = 0.25
"""A rest is no longer, or a process that was stalled once would hold up new documents for seconds."""
MOST_WAITING = 5_000
MOST_WAITING_OF_A_CALLER = 500


class TooManyWaitingError(Exception):
    """So many pieces of work wait already that one more would wait too long."""


class Turns:
    """One queue a caller. Turns go round the callers, not round the pieces: many pieces gain nothing."""

    def __init__(self, *, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._count = 0
        self._is_taken = False
        self._free_at = 0.0
        self._next: asyncio.Handle | None = None

    @asynccontextmanager
    async def turn(self, caller: str) -> AsyncIterator[None]:
        """Wait for a turn, and hold it for the block, which must not wait; raises TooManyWaitingError."""
        if self._is_taken or self._next is not None:
            await self._wait(caller)
        else:
            self._is_taken = True
        began = self._clock()
        try:
            yield
        finally:
            self._end(self._clock() - began)

    async def _wait(self, caller: str) -> None:
        queue = self._waiting.get(caller)
        if self._count >= MOST_WAITING or (queue is not None and len(queue) >= MOST_WAITING_OF_A_CALLER):
            raise TooManyWaitingError
        if queue is None:
            queue = self._waiting[caller] = deque()
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(granted)
        self._count += 1
        try:
            await granted
        except asyncio.CancelledError:
            if not granted.cancelled():
                self._end(0.0)
            raise

    def _end(self, seconds: float) -> None:
        self._is_taken = False
        self._free_at = self._clock() + min(seconds * REST, LONGEST_REST_S)
        self._schedule()

    def _schedule(self) -> None:
        """Give the next turn when the rest is over, in the next turn of the loop at the earliest."""
        loop, rest = asyncio.get_running_loop(), self._free_at - self._clock()
        self._next = loop.call_later(rest, self._grant) if rest > 0 else loop.call_soon(self._grant)

    def _grant(self) -> None:
        if self._clock() < self._free_at:
            self._schedule()
            return
        self._next = None
        while self._waiting:
            caller, queue = self._waiting.popitem(last=False)
            granted = queue.popleft()
            self._count -= 1
            if queue:
                self._waiting[caller] = queue
            if not granted.done():
                self._is_taken = True
                granted.set_result(None)
                return
