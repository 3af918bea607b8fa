"""Drain: tells streams and websockets that the process is going to end, and spreads their ends over time."""

import asyncio
from collections.abc import Callable

AT_MOST_EVERY_S = 0.02
"""The longest pause between the ends of two streams, so that a few of them end before the window is over."""


class DrainHandle:
    """A registered stream or websocket, which ends itself on request."""

    __slots__ = ("_end",)

    def __init__(self, end: Callable[[], None]) -> None:
        self._end = end

    def end(self) -> None:
        """Ask it to end; it may take as long as its operations in flight need."""
        self._end()


class Drain:
    """The state of the process's end, and the streams that have to end before it.

    It `is_draining` from the signal on: readiness fails at once, while requests are still served. It `is_closed` once
    new operations are refused as SHUTTING_DOWN.
    """

    def __init__(self) -> None:
        self.is_draining = False
        self.is_closed = False
        self._begun = asyncio.Event()
        self._handles: dict[DrainHandle, None] = {}  # an ordered set: the oldest streams end first

    def begin(self) -> None:
        """Begin. Safe in a signal handler outside of the event loop; `announce` has to follow in it."""
        self.is_draining = True

    def announce(self) -> None:
        """Begin, and wake all that `wait`."""
        self.begin()
        self._begun.set()

    async def wait(self) -> None:
        """Wait until the drain begins."""
        await self._begun.wait()

    def enter(self, end: Callable[[], None]) -> DrainHandle:
        """Register a stream; `end` is called once, and must end it so that its client comes back."""
        made = DrainHandle(end)
        self._handles[made] = None
        return made

    def leave(self, handle: DrainHandle) -> None:
        """Forget a stream that is over; a second call changes nothing."""
        self._handles.pop(handle, None)

    async def end_streams(self, *, window_s: float) -> None:
        """Ask every stream to end, evenly over the window, so that their clients do not reconnect all at once."""
        self.is_closed = True
        asked: set[DrainHandle] = set()
        pause = min(AT_MOST_EVERY_S, window_s / max(1, len(self._handles)))
        began = asyncio.get_running_loop().time()
        while waiting := [handle for handle in self._handles if handle not in asked]:
            for handle in waiting:
                asked.add(handle)
                if handle in self._handles:
                    handle.end()
                due = began + len(asked) * pause
                ahead = due - asyncio.get_running_loop().time()
                if ahead > 0:
                    await asyncio.sleep(ahead)
