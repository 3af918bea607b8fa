"""The farewell: how a server stops taking connections, lets everything end, and cuts off what does not."""

import asyncio
import math
import os
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import structlog

from gateway.connections.crowds import Crowd
from gateway.connections.drains import Drain
from gateway.settings.bounds import Bounds
from gateway.telemetry import logs

LAST_CALL_S = 1.0
"""How long requests are still served after the last connection was taken: some have a request on its way."""
STREAMS_SHARE = 0.75
"""Over which share of the time streams are asked to end; the rest is theirs to do so."""
_LOOK_EVERY_S = 0.05
_CUT_OFF = 1
CLOSE_S = 10.0
"""How long the application may take to close what it has open; a database that is dead never answers."""
_log = structlog.get_logger("gateway.processes.farewells")


@contextmanager
def ending_within(seconds: float) -> Iterator[None]:
    """End the process, come what may, where what follows takes longer than so many seconds."""
    ending = asyncio.get_running_loop().call_later(seconds, _end_abruptly)
    try:
        yield
    finally:
        ending.cancel()


def _end_abruptly() -> None:
    _log.error("closing_took_too_long")
    logs.lines.flush()
    os._exit(_CUT_OFF)


class Ending(Protocol):
    """What the farewell needs to know of a server."""

    bounds: Bounds
    crowd: Crowd
    drain: Drain
    force_exit: bool
    servers: list[asyncio.base_events.Server]


class Farewell:
    """The end of one server."""

    def __init__(self, server: Ending, listeners: Iterable[socket.socket]) -> None:
        self._server = server
        self._listeners = listeners
        self._crowd = server.crowd

    async def say(self) -> bool:
        """End everything; return whether nothing had to be cut off."""
        bounds, drain = self._server.bounds, self._server.drain
        drain.announce()
        for connection in self._http():
            connection.wind_down()
        await self._pause(bounds.drain_grace_s)
        for server in self._server.servers:
            server.close()
        for listener in self._listeners:
            listener.close()
        for connection in self._http():
            connection.shutdown()
        streams = asyncio.create_task(drain.end_streams(window_s=bounds.drain_s * STREAMS_SHARE))
        try:
            await self._ended(bounds.drain_s)
        finally:
            streams.cancel()
        return self._cut()

    async def _ended(self, patience_s: float) -> None:
        """Wait until everybody is gone, at most so many seconds."""
        clock = asyncio.get_running_loop().time
        began = clock()
        called = False
        while (self._crowd.connections or self._crowd.tasks) and clock() - began < patience_s:
            if not called and clock() - began >= LAST_CALL_S:
                called = True
                for connection in self._http():
                    connection.turn_away()
            if self._server.force_exit:
                return
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _pause(self, seconds: float) -> None:
        for _ in range(math.ceil(seconds / _LOOK_EVERY_S)):
            if self._server.force_exit:
                return
            await asyncio.sleep(_LOOK_EVERY_S)

    def _http(self) -> list[Any]:
        """Return the connections that speak HTTP; websockets end as streams do."""
        everyone: list[Any] = list(self._crowd.connections)
        return [connection for connection in everyone if hasattr(connection, "wind_down")]

    def _cut(self) -> bool:
        """Cut off what is left; tell whether that was nothing."""
        tasks, connections = list(self._crowd.tasks), list(self._crowd.connections)
        for task in tasks:
            task.cancel()
        left: list[Any] = list(connections)
        for connection in left:
            connection.transport.abort()
        if tasks or left:
            _log.warning("cut_off", connections=len(left), tasks=len(tasks))
        return not (tasks or left)
