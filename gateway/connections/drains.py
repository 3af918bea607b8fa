"""The drain: the process is going to end, and everybody who holds something open hears of it in good time."""

import asyncio
from collections.abc import Callable

AT_MOST_EVERY_S = 0.02
"""How long one stream's end waits for another's, at most; few streams end sooner than the window is long."""


class Stay:
    """One stream or socket that is to end itself when it is asked to."""

    __slots__ = ("_end",)

    def __init__(self, end: Callable[[], None]) -> None:
        self._end = end

    def end(self) -> None:
        """Ask for the end; it may take a while, as long as what is in flight needs."""
        self._end()


class Drain:
    """Whether the process is ending, and who ends with it.

    It begins when the signal arrives: readiness fails at once, while requests are still served. It `is_closed` once
    new operations are refused as SHUTTING_DOWN.
    """

    def __init__(self) -> None:
        self.is_draining = False
        self.is_closed = False
        self._begun = asyncio.Event()
        self._stays: dict[Stay, None] = {}  # a set that keeps its order: who came first goes first

    def begin(self) -> None:
        """Begin; safe in a signal handler that runs outside of the event loop, where `announce` has to follow."""
        self.is_draining = True

    def announce(self) -> None:
        """Begin, and wake whoever waits for it."""
        self.begin()
        self._begun.set()

    async def wait(self) -> None:
        """Wait until the drain begins."""
        await self._begun.wait()

    def stay(self, end: Callable[[], None]) -> Stay:
        """Have `end` called once when the stream has to end itself: with a clean last message, never abruptly."""
        made = Stay(end)
        self._stays[made] = None
        return made

    def leave(self, stay: Stay) -> None:
        """Forget a stream that is over; a second time changes nothing."""
        self._stays.pop(stay, None)

    async def end_streams(self, *, window_s: float) -> None:
        """Ask every stream to end, evenly over the window, so that their clients do not come back all at once."""
        self.is_closed = True
        asked: set[Stay] = set()
        pause = min(AT_MOST_EVERY_S, window_s / max(1, len(self._stays)))
        began = asyncio.get_running_loop().time()
        while waiting := [stay for stay in self._stays if stay not in asked]:
            for stay in waiting:
                asked.add(stay)
                if stay in self._stays:
                    stay.end()
                due = began + len(asked) * pause
                ahead = due - asyncio.get_running_loop().time()
                if ahead > 0:
                    await asyncio.sleep(ahead)
