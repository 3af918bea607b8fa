"""Exposition: the numbers of this process in Prometheus' text format, made when somebody asks."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from hmac import compare_digest

import uvicorn
from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.connections.listeners import PortTakenError
from gateway.telemetry.gauges import Labels, Sources, counter, families
from gateway.telemetry.metrics import NO_TYPE, Histogram

METRICS_PATH = "/metrics"
_MOST_READERS = 8


class Exposition:
    """Writes the metrics of a process."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)

    def text(self) -> bytes:
        """Return all metrics."""
        self._sources.observer.drain()
        return generate_latest(self._registry)

    def describe(self) -> list[Metric]:
        """Name nothing ahead: whatever is collected describes itself."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Make the families of all that is counted."""
        metrics = self._sources.observer.metrics
        requests = _histogram("request_seconds", "Operations by how they ended.", "transport", "type", "code")
        for (transport, kind, code), tally in metrics.requests.items():
            _add(requests, tally, transport, kind or NO_TYPE, code)
        yield requests
        for name, told, tallies in (
            ("statements", "SQL statements of an operation.", metrics.statements),
            ("cost", "What an operation paid, in units of cost.", metrics.costs),
        ):
            family = _histogram(name, told, "type")
            for kind, tally in tallies.items():
                _add(family, tally, kind or NO_TYPE)
            yield family
        lag = _histogram("event_loop_lag_seconds", "How late the event loop woke a sleeper.")
        _add(lag, metrics.lag)
        yield lag
        yield from self._by_operation()
        yield from families(self._sources)

    def _by_operation(self) -> Iterator[CounterMetricFamily]:
        names = self._sources.observer.usage.names
        for name, told in (
            ("requests", "Operations that were run, by name; those asked least are `other`."),
            ("seconds", "Seconds that they took."),
            ("errors", "Those that had errors."),
        ):
            values: dict[Labels, float] = {labels: getattr(tally, name) for labels, tally in names.items()}
            yield counter(f"operation_{name}", told, values, "operation", "type")

    async def answer(self, _request: Request) -> Response:
        """Answer whoever reaches the port of its own."""
        return Response(
            self.text(), headers={"content-type": CONTENT_TYPE_PLAIN_0_0_4, "cache-control": "no-store"}
        )


class GuardedExposition:
    """The metrics on the public port, for those who know the token."""

    def __init__(self, exposition: Exposition, token: str) -> None:
        self._exposition = exposition
        self._expected = f"Bearer {token}".encode()

    async def answer(self, request: Request) -> Response:
        """Answer, or refuse with 401."""
        given = request.headers.get("authorization", "").encode("latin-1")
        if not compare_digest(given, self._expected):
            return Response(
                status_code=401, headers={"www-authenticate": "Bearer", "cache-control": "no-store"}
            )
        return await self._exposition.answer(request)


class _Server(uvicorn.Server):
    """A server beside the main one, which alone listens to the process's signals."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


def _listening(host: str, port: int, ports: int) -> socket.socket:
    """Listen on the first port that is free; a worker that is rolled leaves its own when the new one has another."""
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
    exposition: Exposition, host: str, port: int | None, *, ports: int = 1
) -> AsyncIterator[None]:
    """Serve the metrics inside the block, on the first free one of the ports, if any; raises PortTakenError."""
    if port is None:
        yield
        return
    listener = _listening(host, port, ports)
    app = Starlette(routes=[Route(METRICS_PATH, exposition.answer)])
    server = _Server(
        uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
            limit_concurrency=_MOST_READERS,
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


def _histogram(name: str, told: str, *labels: str) -> HistogramMetricFamily:
    return HistogramMetricFamily(f"questpath_{name}", told, labels=labels)


def _add(family: HistogramMetricFamily, tally: Histogram, *labels: str) -> None:
    buckets, below = [], 0
    for bound, count in zip([*(str(float(b)) for b in tally.bounds), "+Inf"], tally.counts, strict=True):
        below += count
        buckets.append((bound, float(below)))
    family.add_metric(labels, buckets=buckets, sum_value=tally.total)
