"""Tracing: OpenTelemetry spans of sampled operations; the others are one comparison each."""

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from opentelemetry.context import Context as Baggage
from opentelemetry.context import attach, detach, get_current
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

from domain.traces import Step, present
from resolvers.context import Context

MOST_FORCED = 100
"""How many traces a second callers may ask for by the sampled flag of their `traceparent`."""
_PARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?:-.*)?")
_LONGEST_STATE = 512
_SAMPLED = 1
_PROPAGATOR = TraceContextTextMapPropagator()


class _SpanStep:
    """A step that is a span."""

    __slots__ = ("_span",)

    def __init__(self, span: Span) -> None:
        self._span = span

    def found(self, count: int) -> None:
        """Tell the rows."""
        self._span.set_attribute("db.response.returned_rows", count)


class _Untold:
    """A step of an operation that is over."""

    def found(self, count: int) -> None:
        """Tell nobody."""


_UNTOLD: Step = _Untold()


class SpanTrace:
    """The spans of one operation: its own, and below it those of batches, statements and commands.

    What goes on after its end, like a stream that it started, is not part of it.
    """

    __slots__ = ("_is_open", "_root", "_space", "_tracer", "trace_id")

    def __init__(
        self, tracer: Tracer, name: str, *, parent: Baggage | None = None, link: "SpanTrace | None" = None
    ) -> None:
        self._tracer = tracer
        links = [Link(link.place)] if link is not None else []
        self._root: Span = tracer.start_span(name, parent or Baggage(), SpanKind.SERVER, links=links)
        self._space = set_span_in_context(self._root, Baggage())
        self._is_open = True
        self.trace_id = f"{self.place.trace_id:032x}"

    @property
    def place(self) -> SpanContext:
        """Where the operation's own span is, for links to it."""
        return self._root.get_span_context()

    @contextmanager
    def active(self) -> Iterator[None]:
        """Be the trace of whatever runs inside the block."""
        token, mark = attach(self._space), present.set(self)
        try:
            yield
        finally:
            present.reset(mark)
            detach(token)

    def end(self, name: str, *, code: str | None = None, **facts: Any) -> None:
        """End the operation's span, once; `code` is that of its first error."""
        if not self._is_open:
            return
        self._is_open = False
        self._root.update_name(name)
        self._root.set_attributes({key: value for key, value in facts.items() if value is not None})
        if code is not None:
            self._root.set_attribute("error.type", code)
            self._root.set_status(StatusCode.ERROR)
        self._root.end()

    def batch(self, name: str, keys: int) -> AbstractContextManager[Step]:
        """Make a span of a batch."""
        facts = {"questpath.batch.name": name, "questpath.batch.keys": keys}
        return self._step(f"batch {name}", SpanKind.INTERNAL, facts)

    def statement(self, sql: str) -> AbstractContextManager[Step]:
        """Make a span of a statement; `db.system` is for backends that do not know its stable name yet."""
        verb = sql.split(None, 1)[0].upper()
        facts = {"db.system": "postgresql", "db.system.name": "postgresql"}
        return self._step(verb, SpanKind.CLIENT, facts | {"db.operation.name": verb, "db.query.text": sql})

    def command(self, name: str) -> AbstractContextManager[Step]:
        """Make a span of a command to Redis."""
        facts = {"db.system": "redis", "db.system.name": "redis", "db.operation.name": name}
        return self._step(name, SpanKind.CLIENT, facts)

    @contextmanager
    def _step(self, name: str, kind: SpanKind, facts: dict[str, Any]) -> Iterator[Step]:
        if not self._is_open:
            yield _UNTOLD
            return
        above = get_current()
        around = get_current_span(above).get_span_context()
        if around.trace_id != self.place.trace_id:
            above = self._space
        span = self._tracer.start_span(name, above, kind, facts)
        token = attach(set_span_in_context(span, above))
        try:
            yield _SpanStep(span)
        except BaseException as error:
            span.set_attribute("error.type", type(error).__qualname__)  # its message may hold a value
            span.set_status(StatusCode.ERROR)
            raise
        finally:
            detach(token)
            span.end()


class Tracing:
    """Decides which operations are traced: those whose caller traces them, and a `share` of the rest."""

    def __init__(self, tracer: Tracer, share: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._tracer = tracer
        self._share = share
        self._clock = clock
        self._second = 0
        self._forced = 0

    def begin(self, traceparent: str | None, tracestate: str = "") -> SpanTrace | None:
        """Begin to trace an operation, or do not; the headers are those of W3C Trace Context."""
        parent = None
        if traceparent is not None and (found := _PARENT.fullmatch(traceparent)):
            if not int(found[2], 16) & _SAMPLED or not self._may_force():
                return None
            carrier = {"traceparent": traceparent, "tracestate": tracestate[:_LONGEST_STATE]}
            parent = _PROPAGATOR.extract(carrier, Baggage())
        elif random.random() >= self._share:  # noqa: S311 - a share of requests is no secret
            return None
        return SpanTrace(self._tracer, "GraphQL Operation", parent=parent)

    def watch(self, context: Context) -> AbstractContextManager[None]:
        """Trace an event of a subscription, or do not; it is a trace of its own, linked to the start's."""
        if random.random() >= self._share:  # noqa: S311 - as above
            return nullcontext()
        return self._watched(context)

    @contextmanager
    def _watched(self, context: Context) -> Iterator[None]:
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
    """Return the trace id of a `traceparent`; None where it is malformed."""
    found = _PARENT.fullmatch(traceparent)
    return found[1] if found else None


def outgoing() -> dict[str, str]:
    """Return the headers that carry the present trace to another server; none where nothing is traced."""
    carrier: dict[str, str] = {}
    if present.get() is not None:
        _PROPAGATOR.inject(carrier)
    return carrier
