"""Heartbeat of a websocket: closes one that is not initialised, does not answer pings, or whose token has expired."""

import asyncio
from collections.abc import Awaitable, Callable

INIT_WAIT_S = 5.0
PING_EVERY_S = 20.0
_LONGEST_TIMER_S = 86_400.0


class WebSocketHeartbeat:
    """Timers instead of a task, for thousands of websockets; `end` takes a close code and a reason."""

    __slots__ = ("_end", "_expiry", "_has_received", "_init", "_next_check", "_ping", "_pinged", "_pinging")

    def __init__(self, *, end: Callable[[int, str], None], ping: Callable[[], Awaitable[None]]) -> None:
        loop = asyncio.get_running_loop()
        self._end = end
        self._ping = ping
        self._has_received = self._pinged = False
        self._pinging: asyncio.Future[None] | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self._init = loop.call_later(INIT_WAIT_S, end, 4408, "Connection initialisation timeout")
        self._next_check = loop.call_later(PING_EVERY_S, self._check)

    def initialised(self) -> None:
        """Stop the timer of the initialisation."""
        self._init.cancel()

    def received(self) -> None:
        """Note that the client sent a message."""
        self._has_received = True

    def expires(self, seconds: float) -> None:
        """Close the websocket when its access token expires, in `seconds`."""
        left = min(max(0.0, seconds), _LONGEST_TIMER_S)
        loop = asyncio.get_running_loop()
        self._expiry = loop.call_later(left, self._end, 4403, "The access token expired")

    def stop(self) -> None:
        """Stop all timers."""
        for timer in (self._init, self._next_check, self._expiry, self._pinging):
            if timer is not None:
                timer.cancel()

    def _check(self) -> None:
        """Ping a client that has been silent since the last check; close the websocket if it did not answer a ping."""
        if self._pinged and not self._has_received:
            self._end(1011, "The peer does not answer")
            return
        self._pinged = not self._has_received
        if self._pinged:
            self._pinging = asyncio.ensure_future(self._ping())
        self._has_received = False
        self._next_check = asyncio.get_running_loop().call_later(PING_EVERY_S, self._check)
