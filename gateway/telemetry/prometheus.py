"""Prometheus exposition: the metrics of this process in the text format, on a port of its own or the public one."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from hmac import compare_digest

import uvicorn
from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.connections.listeners import PortTakenError

METRICS_PATH = "/metrics"
_MOST_SCRAPES = 8
Answer = Callable[[Request], Awaitable[Response]]


class Exposition:
    """Formats the metrics of a process, which its `sources` yield anew for each scrape."""

    def __init__(self, *sources: Callable[[], Iterator[Metric]]) -> None:
        self._sources = sources
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)

    def text(self) -> bytes:
        """Return all metrics in the text format."""
        return generate_latest(self._registry)

    def describe(self) -> list[Metric]:
        """Return nothing: the collected families describe themselves."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the families of all metrics."""
        for families in self._sources:
            yield from families()

    async def answer(self, _request: Request) -> Response:
        """Answer a scrape on the port for metrics, which needs no token."""
        return Response(
            self.text(), headers={"content-type": CONTENT_TYPE_PLAIN_0_0_4, "cache-control": "no-store"}
        )


class Guarded:
    """What the port for metrics answers, on the public port, for requests with the token."""

    def __init__(self, answer: Answer, token: str) -> None:
        self._answer = answer
        self._expected = f"Bearer {token}".encode()

    async def answer(self, request: Request) -> Response:
        """Answer a request; raises HTTPException without the token."""
        given = request.headers.get("authorization", "").encode("latin-1")
        if not compare_digest(given, self._expected):
            message = "Send `Authorization: Bearer` and the token of the metrics."
            raise HTTPException(401, message, {"www-authenticate": "Bearer"})
        return await self._answer(request)


class _Server(uvicorn.Server):
    """A second server in the process, which leaves signals to the main one."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


def _listening(host: str, port: int, ports: int) -> socket.socket:
    """Listen on the first free port; during a rolling restart the old worker still uses its own."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    reason = ""
    for number in range(port, min(port + ports, 65_536)):
        try:
            return socket.create_server((host, number), family=family)
        except OSError as error:
            reason = error.strerror or ""
    raise PortTakenError(
        f"Cannot listen on {host}:{port} ({reason}); set QUESTPATH_METRICS_PORT or "
        "QUESTPATH_METRICS_HOST to another."
    )


@asynccontextmanager
async def served(
    answers: Mapping[str, Answer], host: str, port: int | None, *, ports: int = 1
) -> AsyncIterator[None]:
    """Serve these paths inside the block on the first free port, if one is set; raises PortTakenError."""
    if port is None:
        yield
        return
    listener = _listening(host, port, ports)
    app = Starlette(routes=[Route(path, answer) for path, answer in answers.items()])
    server = _Server(
        uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
            limit_concurrency=_MOST_SCRAPES,
            timeout_graceful_shutdown=1,
        )
    )
    serving = asyncio.create_task(server.serve([listener]))
    try:
        yield
    finally:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await serving
        listener.close()
