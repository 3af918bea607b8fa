"""Tracing: OpenTelemetry spans of sampled operations and jobs; the others cost one comparison each."""

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from opentelemetry import context as otel_context
from opentelemetry.trace import (
    Link,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    Tracer,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from domain.traces import TraceStep, current_trace
from resolvers.context import Context

MOST_FORCED = 100
"""The number of traces a second that callers may request by the sampled flag of `traceparent`."""
_PARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?:-.*)?")
_LONGEST_STATE = 512
_SAMPLED = 1
_PROPAGATOR = TraceContextTextMapPropagator()


class _SpanStep:
    """A step with a span."""

    __slots__ = ("_span",)

    def __init__(self, span: Span) -> None:
        self._span = span

    def found(self, count: int) -> None:
        """Set the number of rows."""
        self._span.set_attribute("db.response.returned_rows", count)


class _NoStep:
    """A step without a span, of an operation that has ended."""

    def found(self, count: int) -> None:
        """Do nothing."""


_NO_STEP: TraceStep = _NoStep()


class SpanTrace:
    """The spans of one operation or run of a job: the root, and below it those of batches, statements and commands.

    Work that continues after its end, like a stream, adds no spans.
    """

    __slots__ = ("_is_open", "_root", "_root_context", "_tracer", "trace_id")

    def __init__(
        self,
        tracer: Tracer,
        name: str,
        *,
        parent: otel_context.Context | None = None,
        link: "SpanTrace | None" = None,
        kind: SpanKind = SpanKind.SERVER,
    ) -> None:
        self._tracer = tracer
        links = [Link(link.span_context)] if link is not None else []
        self._root: Span = tracer.start_span(name, parent or otel_context.Context(), kind, links=links)
        self._root_context = set_span_in_context(self._root, otel_context.Context())
        self._is_open = True
        self.trace_id = f"{self.span_context.trace_id:032x}"

    @property
    def span_context(self) -> SpanContext:
        """The identity of the root span, for links to it."""
        return self._root.get_span_context()

    @property
    def parent(self) -> str:
        """The W3C `traceparent` of work that continues the trace elsewhere or later."""
        return f"00-{self.trace_id}-{self.span_context.span_id:016x}-01"

    @contextmanager
    def active(self) -> Iterator[None]:
        """Make this the current trace inside the block."""
        token, mark = otel_context.attach(self._root_context), current_trace.set(self)
        try:
            yield
        finally:
            current_trace.reset(mark)
            otel_context.detach(token)

    def end(self, name: str, *, code: str | None = None, **attributes: Any) -> None:
        """End the root span, once; `code` is that of the first error."""
        if not self._is_open:
            return
        self._is_open = False
        self._root.update_name(name)
        self._root.set_attributes({key: value for key, value in attributes.items() if value is not None})
        if code is not None:
            self._root.set_attribute("error.type", code)
            self._root.set_status(StatusCode.ERROR)
        self._root.end()

    def batch(self, name: str, keys: int) -> AbstractContextManager[TraceStep]:
        """Return the span of a batch."""
        attributes = {"questpath.batch.name": name, "questpath.batch.keys": keys}
        return self._step(f"batch {name}", SpanKind.INTERNAL, attributes)

    def statement(self, sql: str) -> AbstractContextManager[TraceStep]:
        """Return the span of a statement; `db.system` is for backends that predate `db.system.name`."""
        verb = sql.split(None, 1)[0].upper()
        attributes = {"db.system": "postgresql", "db.system.name": "postgresql"}
        return self._step(
            verb, SpanKind.CLIENT, attributes | {"db.operation.name": verb, "db.query.text": sql}
        )

    def command(self, name: str) -> AbstractContextManager[TraceStep]:
        """Return the span of a command to Redis."""
        attributes = {"db.system": "redis", "db.system.name": "redis", "db.operation.name": name}
        return self._step(name, SpanKind.CLIENT, attributes)

    @contextmanager
    def _step(self, name: str, kind: SpanKind, attributes: dict[str, Any]) -> Iterator[TraceStep]:
        if not self._is_open:
            yield _NO_STEP
            return
        parent = otel_context.get_current()
        if get_current_span(parent).get_span_context().trace_id != self.span_context.trace_id:
            parent = self._root_context
        span = self._tracer.start_span(name, parent, kind, attributes)
        token = otel_context.attach(set_span_in_context(span, parent))
        try:
            yield _SpanStep(span)
        except BaseException as error:
            span.set_attribute("error.type", type(error).__qualname__)  # its message may contain values
            span.set_status(StatusCode.ERROR)
            raise
        finally:
            otel_context.detach(token)
            span.end()


class Tracing:
    """Decides which operations are traced: those with a sampled `traceparent`, and a `share` of those without one."""

    def __init__(self, tracer: Tracer, share: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._tracer = tracer
        self._share = share
        self._clock = clock
        self._second = 0
        self._forced = 0

    def begin(self, traceparent: str | None, tracestate: str = "") -> SpanTrace | None:
        """Return the trace of a new operation, or None; the arguments are the headers of W3C Trace Context."""
        parent = None
        if traceparent is not None and (found := _PARENT.fullmatch(traceparent)):
            if not int(found[2], 16) & _SAMPLED or not self._may_force():
                return None
            carrier = {"traceparent": traceparent, "tracestate": tracestate[:_LONGEST_STATE]}
            parent = _PROPAGATOR.extract(carrier, otel_context.Context())
        elif random.random() >= self._share:  # noqa: S311 - sampling needs no secret randomness
            return None
        return SpanTrace(self._tracer, "GraphQL Operation", parent=parent)

    def begin_job(self, traceparent: str | None) -> SpanTrace | None:
        """Return the trace of a run of a job: that of the operation that started it, or a new one for a share."""
        parent = None
        if traceparent is not None:
            parent = _PROPAGATOR.extract({"traceparent": traceparent}, otel_context.Context())
        elif random.random() >= self._share:  # noqa: S311 - as above
            return None
        return SpanTrace(self._tracer, "job", parent=parent, kind=SpanKind.CONSUMER)

    def watch(self, context: Context) -> AbstractContextManager[None]:
        """Return the context of an event of a subscription; a share of them are new traces, linked to the start."""
        if random.random() >= self._share:  # noqa: S311 - as above
            return nullcontext()
        return self._traced_event(context)

    @contextmanager
    def _traced_event(self, context: Context) -> Iterator[None]:
        meter = context.meter
        before = meter.trace
        link = before if isinstance(before, SpanTrace) else None
        meter.trace = trace = SpanTrace(self._tracer, "subscription event", link=link)
        try:
            with trace.active():
                yield
        finally:
            trace.end("subscription event", **{"questpath.request_id": context.request_id})
            meter.trace = before

    def _may_force(self) -> bool:
        second = int(self._clock())
        if second != self._second:
            self._second, self._forced = second, 0
        self._forced += 1
        return self._forced <= MOST_FORCED


def trace_id_of(traceparent: str) -> str | None:
    """Return the trace id of a `traceparent`, or None where it is malformed."""
    found = _PARENT.fullmatch(traceparent)
    return found[1] if found else None
