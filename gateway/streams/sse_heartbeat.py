"""Heartbeat of an event stream: sends comments while it is silent, and ends it when the access token expires."""

import asyncio
from collections.abc import Callable

from gateway.connections.chunked_responses import ChunkedResponse, chunk
from gateway.streams.sse_events import COMMENT

KEEP_ALIVE_S = 15.0
"""Proxies close a silent connection after a minute, some after 30 seconds."""
_LONGEST_TIMER_S = 86_400.0
_FORBIDDEN = 4403
_COMMENT = chunk(COMMENT)


class SseHeartbeat:
    """Timers instead of a task, for thousands of streams; `end` takes a close code and a reason."""

    __slots__ = ("_body", "_end", "_expiry", "_next_comment")

    def __init__(self, body: ChunkedResponse | None, *, end: Callable[[int, str], None]) -> None:
        self._body = body
        self._end = end
        self._next_comment: asyncio.TimerHandle | None = None
        self._expiry: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Send a comment every 15 seconds."""
        if self._body is not None:
            loop = asyncio.get_running_loop()
            self._next_comment = loop.call_later(KEEP_ALIVE_S, self._send_comment, self._body)

    def expires(self, seconds: float) -> None:
        """End the stream when its access token expires, in `seconds`."""
        left = min(max(0.0, seconds), _LONGEST_TIMER_S)
        loop = asyncio.get_running_loop()
        self._expiry = loop.call_later(left, self._end, _FORBIDDEN, "The access token expired")

    def stop(self) -> None:
        """Stop all timers."""
        for timer in (self._next_comment, self._expiry):
            if timer is not None:
                timer.cancel()

    def _send_comment(self, body: ChunkedResponse) -> None:
        if body.is_ready:
            body.write(_COMMENT)
        self.start()
