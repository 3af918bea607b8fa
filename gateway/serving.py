"""Serving: one socket, one server, a clean end."""

import gc
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from gateway import telemetry
from gateway.corking import CorkedHttp
from gateway.http import LARGEST_BODY
from gateway.wires import Wire

DRAIN_S = 20
COLLECT_AFTER = (10_000, 20, 100)
"""How many new containers start a collection, and how many collections the next older generation's."""


class PortTakenError(Exception):
    """The address cannot be listened on; the message says why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """Bind the address before anything slow is started; raises PortTakenError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # else asyncio leaves Nagle on
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortTakenError(
            f"Cannot listen on {host}:{port} ({error.strerror}); set QUESTPATH_PORT or QUESTPATH_HOST to another."
        ) from None
    return listener


def spare_the_start() -> None:
    """Keep all that the start has made out of the garbage collections to come, and have fewer of these.

    Schema, plans and modules are some 160 000 objects that never die; looking at them again and again took half of
    the time of a request for a thousand rows.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


class Server(uvicorn.Server):
    """uvicorn, ending with exit code 0 on SIGINT and SIGTERM instead of dying of the signal."""

    def __init__(self, app: ASGIApp, *, on_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # uvicorn would believe every local peer; the doorway knows which to believe
                http=CorkedHttp,
                ws=Wire,
                ws_max_size=LARGEST_BODY,
                ws_per_message_deflate=False,
                timeout_graceful_shutdown=DRAIN_S,
            )
        )
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then say so."""
        await super().startup(sockets)
        if self.started:
            spare_the_start()
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, let requests end, and write what is left of the log."""
        await super().shutdown(sockets)
        telemetry.lines.flush()

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
