"""Serving: one socket, one server, a clean end."""

import gc
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from gateway.connections.crowds import Crowd
from gateway.connections.drains import Drain
from gateway.connections.protocols import Connection
from gateway.connections.wires import Wire
from gateway.processes.farewells import Farewell
from gateway.settings.bounds import Bounds
from gateway.telemetry import logs

_UNTOLD = Bounds()
COLLECT_AFTER = (10_000, 20, 100)
"""How many new containers start a collection, and how many collections the next older generation's."""


def raise_open_files() -> None:
    """Let the process hold as many connections as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def spare_the_start() -> None:
    """Keep all that the start has made out of the garbage collections to come, and have fewer of these.

    Schema, plans and modules are some 160 000 objects that never die; looking at them again and again took half of
    the time of a request for a thousand rows.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


class Server(uvicorn.Server):
    """uvicorn with bounds on its connections, and an end that loses nothing.

    The first SIGINT or SIGTERM begins the drain, the second ends at once; `was_cut` tells that something was cut off.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        on_ready: Callable[[], None],
        bounds: Bounds = _UNTOLD,
        drain: Drain | None = None,
        is_friend: Callable[[str], bool] = lambda _: False,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # uvicorn would believe every local peer; the doorway knows which to believe
                http=Connection,
                ws=Wire,
                ws_max_size=bounds.socket_message_bytes,
                ws_per_message_deflate=False,
            )
        )
        self.bounds = bounds
        self.drain = drain or Drain()
        self.crowd = Crowd(bounds, self.drain, is_friend=is_friend)
        self.server_state = self.crowd
        self.was_cut = False
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then say so."""
        await super().startup(sockets)
        if self.started:
            self.crowd.start()
            spare_the_start()
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End as the drain says, and write what is left of the log."""
        try:
            self.was_cut = not await Farewell(self, sockets or []).say()
        finally:
            self.crowd.stop()
            logs.lines.flush()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin the drain; end at once where it has begun already."""
        self.drain.begin()
        if self.should_exit:
            self.force_exit = True
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End on SIGINT and SIGTERM without raising them again."""
        before = {
            number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
