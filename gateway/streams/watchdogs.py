"""The watchdog of a socket: it ends one that is not initialised, does not answer, or whose token has expired."""

import asyncio
from collections.abc import Awaitable, Callable

INIT_WAIT_S = 5.0
PING_EVERY_S = 20.0
_LONGEST_TIMER_S = 86_400.0


class Watchdog:
    """Timers and no task, because there are thousands of sockets; `end` takes a close code and a reason."""

    __slots__ = ("_end", "_expiry", "_heard", "_init", "_life", "_ping", "_pinged", "_pinging")

    def __init__(self, *, end: Callable[[int, str], None], ping: Callable[[], Awaitable[None]]) -> None:
        loop = asyncio.get_running_loop()
        self._end = end
        self._ping = ping
        self._heard = self._pinged = False
        self._pinging: asyncio.Future[None] | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self._init = loop.call_later(INIT_WAIT_S, end, 4408, "Connection initialisation timeout")
        self._life = loop.call_later(PING_EVERY_S, self._expect_life)

    def initialised(self) -> None:
        """Wait for the initialisation no more."""
        self._init.cancel()

    def heard(self) -> None:
        """Learn that the peer said something."""
        self._heard = True

    def expires(self, seconds: float) -> None:
        """End the socket when its token does."""
        left = min(max(0.0, seconds), _LONGEST_TIMER_S)
        loop = asyncio.get_running_loop()
        self._expiry = loop.call_later(left, self._end, 4403, "The access token expired")

    def stop(self) -> None:
        """Watch no longer."""
        for waiting in (self._init, self._life, self._expiry, self._pinging):
            if waiting is not None:
                waiting.cancel()

    def _expect_life(self) -> None:
        """Ping a peer that has said nothing for a while, then end the socket where it does not answer."""
        if self._pinged and not self._heard:
            self._end(1011, "The peer does not answer")
            return
        self._pinged = not self._heard
        if self._pinged:
            self._pinging = asyncio.ensure_future(self._ping())
        self._heard = False
        self._life = asyncio.get_running_loop().call_later(PING_EVERY_S, self._expect_life)
