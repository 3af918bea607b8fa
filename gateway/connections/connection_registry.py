"""Connection registry: every connection of the process, and one clock for all their deadlines.

A timer for each request would cost more than reading it. Once a second, one pass looks at all connections.
"""

import asyncio
import contextlib
import sys
from collections.abc import Callable
from typing import Any

from domain.authentication.attempt_limits import network_of
from gateway.connections.drain import Drain
from gateway.connections.keyed_counters import KeyedCounter
from gateway.connections.whole_responses import HeaderCache
from gateway.settings.connection_bounds import ConnectionBounds

NEVER = sys.maxsize
SECOND_S = 1.0
_SWEEP_EVERY = 10
PROGRESS_BYTES = 16 * 1024
"""What a slow reader has to read within `write_s`, to get as much time again."""


class ConnectionRegistry(HeaderCache):
    """uvicorn's server state, with the bounds of the connections and `now`, the seconds that have passed.

    A second in which the process itself was blocked does not pass, so its own slowness expires no connection.
    `is_trusted_proxy` tells whether a peer's address may have any number of connections.
    """

    def __init__(
        self,
        bounds: ConnectionBounds,
        drain: Drain,
        *,
        is_trusted_proxy: Callable[[str], bool] = lambda _: False,
    ) -> None:
        super().__init__()
        self.bounds = bounds
        self.drain = drain
        self.now = 0
        self._is_trusted_proxy = is_trusted_proxy
        self._addresses = KeyedCounter(bounds.connections_per_address)
        self._slow_readers: dict[Any, tuple[int, int]] = {}
        self._closing: set[Any] = set()
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start the clock, in the running event loop."""
        self._timer = asyncio.get_running_loop().call_later(SECOND_S, self._tick)

    def stop(self) -> None:
        """Stop the clock."""
        if self._timer is not None:
            self._timer.cancel()

    def admit(self, address: str) -> str | None:
        """Count a new connection and return its key for `leave`, or None if there are too many."""
        if len(self.connections) >= self.bounds.connections:
            return None
        if self._is_trusted_proxy(address):
            return ""
        key = network_of(address) if address else ""
        return key if not key or self._addresses.enter(key) else None

    def leave(self, key: str) -> None:
        """Stop counting a connection."""
        if key:
            self._addresses.leave(key)

    def watch_slow_reader(self, connection: Any) -> None:
        """Watch a connection whose client does not read."""
        self._slow_readers[connection] = (_unsent_bytes(connection), self.now + self.bounds.write_s)

    def forget_slow_reader(self, connection: Any) -> None:
        """Stop watching it; a second call changes nothing."""
        self._slow_readers.pop(connection, None)

    def _tick(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(SECOND_S, self._tick)
        self.pass_second()

    def pass_second(self) -> None:
        """Expire the connections whose time is over."""
        self.now = now = self.now + 1
        connections: list[Any] = list(self.connections)
        for connection in connections:
            if connection.due <= now:
                connection.expire()
        for connection, (size, due) in list(self._slow_readers.items()):
            if due <= now:
                self._check_slow_reader(connection, size)
        if now % _SWEEP_EVERY == 0:
            self._abort_unfinished_closes(connections)

    def _check_slow_reader(self, connection: Any, size: int) -> None:
        """Abort a connection whose client has read next to nothing."""
        left = _unsent_bytes(connection)
        if not left:
            self.forget_slow_reader(connection)
        elif size - left >= PROGRESS_BYTES:
            self.watch_slow_reader(connection)
        else:
            self.forget_slow_reader(connection)
            connection.transport.abort()

    def _abort_unfinished_closes(self, connections: list[Any]) -> None:
        """Abort connections that were closing at the last sweep: a close waits for the client to read, forever."""
        closing = {connection for connection in connections if connection.transport.is_closing()}
        for connection in closing & self._closing:
            connection.transport.abort()
        self._closing = closing - self._closing


class BackpressureWatch(asyncio.Protocol):
    """Reports to the registry whether a connection's client reads; mixed in before uvicorn's protocol."""

    registry: ConnectionRegistry

    def pause_writing(self) -> None:
        """Watch a client that does not read."""
        self.registry.watch_slow_reader(self)
        super().pause_writing()

    def resume_writing(self) -> None:
        """Continue: the client has read."""
        self.registry.forget_slow_reader(self)
        super().resume_writing()


def _unsent_bytes(connection: Any) -> int:
    with contextlib.suppress(AttributeError, RuntimeError):  # the transport is gone
        size: int = connection.transport.get_write_buffer_size()
        return size
    return 0
