"""Graceful shutdown: stops taking connections, lets requests and streams end, and aborts what is left."""

import asyncio
import math
import os
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol

import structlog

from gateway.connections.connection_registry import ConnectionRegistry
from gateway.connections.drain import Drain
from gateway.settings.connection_bounds import ConnectionBounds
from gateway.telemetry import logs

LAST_CALL_S = 1.0
"""How long requests are served after the last connection was accepted: some have a request on its way."""
STREAMS_SHARE = 0.75
"""The share of the drain over which streams are asked to end; in the rest they do so."""
_CHECK_EVERY_S = 0.05
_MOST_WAITING = 4_096
_CUT_OFF = 1
CLOSE_S = 10.0
"""How long the application may take to close what it has open; a dead database never answers."""
_log = structlog.get_logger("gateway.processes.graceful_shutdown")


@contextmanager
def ending_within(seconds: float) -> Iterator[None]:
    """Exit the process if the block takes longer than so many seconds."""
    exit_timer = asyncio.get_running_loop().call_later(seconds, _exit_now)
    try:
        yield
    finally:
        exit_timer.cancel()


def _exit_now() -> None:
    _log.error("closing_took_too_long")
    logs.lines.flush()
    os._exit(_CUT_OFF)


def _waiting(listener: socket.socket) -> list[socket.socket]:
    """Accept the connections that wait, and close the listener."""
    listener.setblocking(False)
    accepted: list[socket.socket] = []
    with listener, suppress(OSError):
        while len(accepted) < _MOST_WAITING:
            connection, _ = listener.accept()
            connection.setblocking(False)
            accepted.append(connection)
    return accepted


class DrainingServer(Protocol):
    """The part of a server that its shutdown uses."""

    bounds: ConnectionBounds
    registry: ConnectionRegistry
    drain: Drain
    force_exit: bool
    servers: list[asyncio.base_events.Server]

    def protocol(self) -> asyncio.Protocol:
        """Return the protocol of a new connection."""


class GracefulShutdown:
    """The shutdown of one server."""

    def __init__(self, server: DrainingServer, listeners: Iterable[socket.socket]) -> None:
        self._server = server
        self._listeners = list(listeners)
        self._registry = server.registry

    async def run(self) -> bool:
        """End everything; return whether nothing had to be aborted."""
        bounds, drain = self._server.bounds, self._server.drain
        drain.announce()
        for connection in self._http_connections():
            connection.wind_down()
        await self._pause(bounds.drain_grace_s)
        await self._stop_listening()
        for connection in self._http_connections():
            connection.shutdown()
        streams = asyncio.create_task(drain.end_streams(window_s=bounds.drain_s * STREAMS_SHARE))
        try:
            await self._wait_until_ended(bounds.drain_s)
        finally:
            streams.cancel()
        return self._abort_rest()

    async def _stop_listening(self) -> None:
        """Close the listeners, and serve the connections that were made but not accepted until then.

        Closing a listener resets these, and a proxy does not repeat a request that it has sent. Between the last accept
        and the close nothing else runs in this thread.
        """
        last_calls = [listener.dup() for listener in self._listeners]
        for server in self._server.servers:
            server.close()
        loop = asyncio.get_running_loop()
        for listener, last_call in zip(self._listeners, last_calls, strict=True):
            listener.close()
            for accepted in _waiting(last_call):
                await loop.connect_accepted_socket(self._server.protocol, accepted)

    async def _wait_until_ended(self, timeout_s: float) -> None:
        """Wait until no connection and no task is left, at most so many seconds; refuse requests after LAST_CALL_S."""
        clock = asyncio.get_running_loop().time
        began = clock()
        is_refusing = False
        while (self._registry.connections or self._registry.tasks) and clock() - began < timeout_s:
            if not is_refusing and clock() - began >= LAST_CALL_S:
                is_refusing = True
                for connection in self._http_connections():
                    connection.refuse_requests()
            if self._server.force_exit:
                return
            await asyncio.sleep(_CHECK_EVERY_S)

    async def _pause(self, seconds: float) -> None:
        for _ in range(math.ceil(seconds / _CHECK_EVERY_S)):
            if self._server.force_exit:
                return
            await asyncio.sleep(_CHECK_EVERY_S)

    def _http_connections(self) -> list[Any]:
        """Return the HTTP connections; websockets end as streams do."""
        connections: list[Any] = list(self._registry.connections)
        return [connection for connection in connections if hasattr(connection, "wind_down")]

    def _abort_rest(self) -> bool:
        """Abort what is left; return whether that was nothing."""
        tasks, connections = list(self._registry.tasks), list(self._registry.connections)
        for task in tasks:
            task.cancel()
        left: list[Any] = list(connections)
        for connection in left:
            connection.transport.abort()
        if tasks or left:
            _log.warning("cut_off", connections=len(left), tasks=len(tasks))
        return not (tasks or left)
