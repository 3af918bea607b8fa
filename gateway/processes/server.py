"""Server: uvicorn's, with our connection limits and our graceful shutdown."""

import asyncio
import gc
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from gateway.connections.connection_registry import ConnectionRegistry
from gateway.connections.drain import Drain
from gateway.connections.http_protocol import HttpConnection
from gateway.connections.websocket_protocol import WebSocketConnection
from gateway.processes.graceful_shutdown import GracefulShutdown
from gateway.settings.connection_bounds import ConnectionBounds
from gateway.telemetry import logs

_DEFAULT_BOUNDS = ConnectionBounds()
COLLECT_AFTER = (10_000, 20, 100)
"""The thresholds of the garbage collector: new containers, then collections of each younger generation."""


def raise_open_files() -> None:
    """Raise the limit of open files, and so of connections, as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def freeze_garbage_collector() -> None:
    """Exclude all objects that exist now from garbage collection, and make collections rarer.

    Schema, plans and modules are some 160 000 objects that never die. Looking at them in each collection took half of
    the time of a request for a thousand rows.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


class Server(uvicorn.Server):
    """uvicorn's server with limits on its connections and a graceful shutdown.

    The first SIGINT or SIGTERM begins the drain, the second ends at once. `was_cut` says whether anything was aborted.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        on_ready: Callable[[], None],
        bounds: ConnectionBounds = _DEFAULT_BOUNDS,
        drain: Drain | None = None,
        is_trusted_proxy: Callable[[str], bool] = lambda _: False,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # uvicorn would trust every local peer; `client_addresses` knows the trusted ones
                http=HttpConnection,
                ws=WebSocketConnection,
                ws_max_size=bounds.socket_message_bytes,
                ws_per_message_deflate=False,
            )
        )
        self.bounds = bounds
        self.drain = drain or Drain()
        self.registry = ConnectionRegistry(bounds, self.drain, is_trusted_proxy=is_trusted_proxy)
        self.server_state = self.registry
        self.was_cut = False
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then call `on_ready`."""
        await super().startup(sockets)
        if self.started:
            self.registry.start()
            freeze_garbage_collector()
            self._on_ready()

    def protocol(self) -> asyncio.Protocol:
        """Return the protocol of a new connection, as uvicorn's `startup` makes it."""
        state = self.lifespan.state
        return HttpConnection(config=self.config, server_state=self.server_state, app_state=state)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Shut down gracefully, and write what is left of the log."""
        try:
            self.was_cut = not await GracefulShutdown(self, sockets or []).run()
        finally:
            self.registry.stop()
            logs.lines.flush()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin the drain; end at once if it has begun already."""
        self.drain.begin()
        if self.should_exit:
            self.force_exit = True
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle SIGINT and SIGTERM without raising them again at the end, as uvicorn does."""
        handlers = {
            number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
