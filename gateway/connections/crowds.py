"""The crowd: every connection of the process, and the one clock that all their deadlines are read from.

A timer for each request would cost more than reading it; a second passes for all connections in one pass over them.
"""

import asyncio
import contextlib
import sys
from collections.abc import Callable
from typing import Any

from domain.throttles import network_of
from gateway.connections.answers import Stamped
from gateway.connections.drains import Drain
from gateway.connections.tallies import Tally
from gateway.settings.bounds import Bounds

NEVER = sys.maxsize
SECOND_S = 1.0
_SWEEP_EVERY = 10
PROGRESS_BYTES = 16 * 1024
"""What a clogged peer has to read in the time for writing, to be given as much time again."""


class Crowd(Stamped):
    """What uvicorn knows of its connections, their bounds, and `now`: the seconds that have passed.

    Seconds in which the process itself stood still do not pass, so that its own slowness is held against nobody.
    `is_friend` tells whether a peer's address may have as many connections as it likes: a proxy's may.
    """

    def __init__(
        self, bounds: Bounds, drain: Drain, *, is_friend: Callable[[str], bool] = lambda _: False
    ) -> None:
        super().__init__()
        self.bounds = bounds
        self.drain = drain
        self.now = 0
        self._is_friend = is_friend
        self._addresses = Tally(bounds.connections_per_address)
        self._clogged: dict[Any, tuple[int, int]] = {}
        self._closing: set[Any] = set()
        self._ticking: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Let the seconds pass, in the running event loop."""
        self._ticking = asyncio.get_running_loop().call_later(SECOND_S, self._tick)

    def stop(self) -> None:
        """Let no more seconds pass."""
        if self._ticking is not None:
            self._ticking.cancel()

    def admit(self, address: str) -> str | None:
        """Count a new connection and return under what, to be given to `leave`; None where there are too many."""
        if len(self.connections) >= self.bounds.connections:
            return None
        if self._is_friend(address):
            return ""
        key = network_of(address) if address else ""
        return key if not key or self._addresses.enter(key) else None

    def leave(self, key: str) -> None:
        """Count a connection no more."""
        if key:
            self._addresses.leave(key)

    def clog(self, connection: Any) -> None:
        """Watch a connection whose peer does not read."""
        self._clogged[connection] = (_waiting(connection), self.now + self.bounds.write_s)

    def unclog(self, connection: Any) -> None:
        """Watch it no more; a second time changes nothing."""
        self._clogged.pop(connection, None)

    def _tick(self) -> None:
        self._ticking = asyncio.get_running_loop().call_later(SECOND_S, self._tick)
        self.pass_second()

    def pass_second(self) -> None:
        """End what is overdue."""
        self.now = now = self.now + 1
        everyone: list[Any] = list(self.connections)
        for connection in everyone:
            if connection.due <= now:
                connection.expire()
        for connection, (size, due) in list(self._clogged.items()):
            if due <= now:
                self._press(connection, size)
        if now % _SWEEP_EVERY == 0:
            self._sweep(everyone)

    def _press(self, connection: Any, size: int) -> None:
        """Cut off a peer that has read next to nothing."""
        left = _waiting(connection)
        if not left:
            self.unclog(connection)
        elif size - left >= PROGRESS_BYTES:
            self.clog(connection)
        else:
            self.unclog(connection)
            connection.transport.abort()

    def _sweep(self, everyone: list[Any]) -> None:
        """Cut off who was being closed at the last sweep already: a close waits for the peer to read, for ever."""
        closing = {connection for connection in everyone if connection.transport.is_closing()}
        for connection in closing & self._closing:
            connection.transport.abort()
        self._closing = closing - self._closing


class Watched(asyncio.Protocol):
    """A connection whose crowd learns whether its peer reads; mixed in before uvicorn's protocol."""

    crowd: Crowd

    def pause_writing(self) -> None:
        """Watch a peer that does not read."""
        self.crowd.clog(self)
        super().pause_writing()

    def resume_writing(self) -> None:
        """Go on: the peer has read."""
        self.crowd.unclog(self)
        super().resume_writing()


def _waiting(connection: Any) -> int:
    with contextlib.suppress(AttributeError, RuntimeError):  # a transport that is gone
        size: int = connection.transport.get_write_buffer_size()
        return size
    return 0
