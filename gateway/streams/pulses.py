"""The pulse of an event stream: comments while nothing happens, and the end when the access token does."""

import asyncio
from collections.abc import Callable

from gateway.connections.lines import Line, chunk
from gateway.streams.events import COMMENT

KEEP_ALIVE_S = 15.0
"""Proxies close what is silent for a minute, some after half of one."""
_LONGEST_TIMER_S = 86_400.0
_FORBIDDEN = 4403
_BEAT = chunk(COMMENT)


class Pulse:
    """Timers and no task, because there are thousands of streams; `end` takes a close code and a reason."""

    __slots__ = ("_beat", "_end", "_expiry", "_line")

    def __init__(self, line: Line | None, *, end: Callable[[int, str], None]) -> None:
        self._line = line
        self._end = end
        self._beat: asyncio.TimerHandle | None = None
        self._expiry: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Send a comment every 15 seconds from now on."""
        if self._line is not None:
            self._beat = asyncio.get_running_loop().call_later(KEEP_ALIVE_S, self._say, self._line)

    def expires(self, seconds: float) -> None:
        """End the stream when its token does."""
        left = min(max(0.0, seconds), _LONGEST_TIMER_S)
        loop = asyncio.get_running_loop()
        self._expiry = loop.call_later(left, self._end, _FORBIDDEN, "The access token expired")

    def stop(self) -> None:
        """Beat no longer."""
        for waiting in (self._beat, self._expiry):
            if waiting is not None:
                waiting.cancel()

    def _say(self, line: Line) -> None:
        if line.is_ready:
            line.write(_BEAT)
        self.begin()
