"""Span export: over OTLP/HTTP, in a separate thread, where a collector is configured."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from gateway.telemetry import http_client_spans
from gateway.telemetry.tracing import Tracing

_PATH = "/v1/traces"
_EVERY_MS = 1_000
_MOST_WAITING = 4_096


def tracing_by(processor: SpanProcessor, share: float) -> tuple[Tracing, TracerProvider]:
    """Return the tracing whose spans go to a processor; the SDK reads `OTEL_RESOURCE_ATTRIBUTES`."""
    resource = Resource.create({"service.name": "questpath"})
    provider = TracerProvider(sampler=ALWAYS_ON, resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(processor)
    return Tracing(provider.get_tracer("questpath"), share), provider


@asynccontextmanager
async def opened(endpoint: str | None, share: float) -> AsyncIterator[Tracing | None]:
    """Export to the collector at `endpoint` inside the block, and the rest at its end; yield None without one."""
    if endpoint is None:
        yield None
        return
    exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + _PATH)
    processor = BatchSpanProcessor(exporter, _MOST_WAITING, schedule_delay_millis=_EVERY_MS)
    tracing, provider = tracing_by(processor, share)
    try:
        with http_client_spans.instrumented(provider):
            yield tracing
    finally:
        await asyncio.to_thread(provider.shutdown)
