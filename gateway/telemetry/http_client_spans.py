"""Spans of outgoing HTTP requests, by OpenTelemetry's instrumentation of httpx, within traced operations only."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.trace import INVALID_SPAN, Span, Tracer, TracerProvider

from domain.traces import current_trace


class _OperationTracer(Tracer):
    """A tracer that makes a span where an operation is traced, and none elsewhere.

    Messages of exceptions are not recorded, because they may contain values.
    """

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def start_span(self, name: str, *args: Any, **options: Any) -> Span:
        """Return a new span, or one that records and propagates nothing."""
        if current_trace.get() is None:
            return INVALID_SPAN
        return self._tracer.start_span(name, *args, **options)

    @contextmanager
    def start_as_current_span(  # type: ignore[override]
        self, name: str, *args: Any, **options: Any
    ) -> Iterator[Span]:
        """Make a new span the current one inside the block, or do nothing."""
        if current_trace.get() is None:
            yield INVALID_SPAN
            return
        quiet = options | {"record_exception": False}
        with self._tracer.start_as_current_span(name, *args, **quiet) as span:
            yield span


class _OperationTracerProvider(TracerProvider):
    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider

    def get_tracer(self, instrumenting_module_name: str, *args: Any, **options: Any) -> Tracer:
        """Return a tracer for one instrumentation."""
        return _OperationTracer(self._provider.get_tracer(instrumenting_module_name, *args, **options))


@contextmanager
def instrumented(provider: TracerProvider) -> Iterator[None]:
    """Make a span of each request by httpx in a traced operation, and send its `traceparent`, inside the block."""
    instrumentor = HTTPXClientInstrumentor()
    instrumentor.instrument(tracer_provider=_OperationTracerProvider(provider))
    try:
        yield
    finally:
        instrumentor.uninstrument()
