"""Observing: what metrics, traces and the counts of fields learn of each operation."""

import asyncio
from bisect import bisect_left
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext

import structlog

from gateway.callers.clients import APOLLO, GRAPHQL, UNKNOWN, Client, client_of
from gateway.telemetry.metrics import OK, SECONDS, Metrics, Tally
from gateway.telemetry.outcomes import Outcome
from gateway.telemetry.tracing import Tracing, trace_id_of
from gateway.telemetry.usage import UsageCounts
from graph.masking import Formatted
from graph.usage import Usage
from resolvers.context import Ports

_LAG_EVERY_S = 0.5
ABANDONED = "ABANDONED"
FLUSH_EVERY_S = 30.0
MOST_TALLIES = 500
"""How many kinds of operations are counted apart before they are brought to metrics, names and fields."""
_Key = tuple[Usage | None, Client, str, str]
_log = structlog.get_logger("gateway.telemetry.observing")
_NOT_TRACED = nullcontext()
_NO_HEADERS: Mapping[bytes, bytes] = {}


class Observer:
    """Watches operations from their beginning to their end; what it does for each is a few additions."""

    def __init__(self, usage: UsageCounts | None = None, tracing: Tracing | None = None) -> None:
        self.metrics = Metrics()
        self.usage = usage or UsageCounts()
        self.tracing = tracing
        self._tallies: dict[_Key, Tally] = {}

    def begin(self, outcome: Outcome, headers: Mapping[bytes, bytes] = _NO_HEADERS) -> None:
        """Watch an operation; `headers` are those of its request, by their lower-case names."""
        self.metrics.active += 1
        if outcome.client is UNKNOWN and (APOLLO in headers or GRAPHQL in headers):
            outcome.client = client_of(headers)
        parent = headers.get(b"traceparent")
        if parent is not None:
            text = parent.decode("latin-1")
            outcome.trace_id = trace_id_of(text)
            if self.tracing is not None:
                outcome.trace = self.tracing.begin(text, headers.get(b"tracestate", b"").decode("latin-1"))
        elif self.tracing is not None:
            outcome.trace = self.tracing.begin(None)
        if outcome.trace is not None:
            outcome.trace_id = outcome.trace.trace_id
            self.metrics.traces += 1

    def traced(self, outcome: Outcome) -> AbstractContextManager[None]:
        """Return the block that the operation runs in, which is traced where the operation is."""
        return _NOT_TRACED if outcome.trace is None else outcome.trace.active()

    def streams(self, outcome: Outcome) -> None:
        """Learn that a subscription has started: its trace ends here, and its events have traces of their own."""
        outcome.is_open_stream = True
        self.metrics.subscriptions[outcome.transport] += 1
        self._end_trace(outcome, OK)

    def finish(self, outcome: Outcome, response: Formatted, seconds: float) -> None:
        """Count an operation that is over."""
        metrics = self.metrics
        metrics.active -= 1
        code: str = self._code(response["errors"]) if "errors" in response else OK
        if outcome.is_open_stream:
            self._close_stream(outcome)
        key = outcome.usage, outcome.client, outcome.transport, code
        tally = self._tallies.get(key)
        if tally is None:
            tally = self._new(key)
        histogram = tally.seconds
        histogram.counts[bisect_left(SECONDS, seconds)] += 1
        histogram.total += seconds
        if outcome.context is not None:
            meter = outcome.context.meter
            tally.statements.observe(meter.statements)
            if outcome.receipt is not None:
                tally.costs.observe(outcome.receipt.actual)
            tally.batches += meter.batches
            tally.keys += meter.keys
        if outcome.trace is not None:
            self._end_trace(outcome, code)

    def abandon(self, outcome: Outcome) -> None:
        """Learn that an operation was cut off with its task, and nobody will tell of its end."""
        self.finish(outcome, {"errors": [{"extensions": {"code": ABANDONED}}]}, 0.0)

    def _end_trace(self, outcome: Outcome, code: str) -> None:
        if outcome.trace is None:
            return
        meter = outcome.context.meter if outcome.context is not None else None
        outcome.trace.end(
            outcome.operation_type or "GraphQL Operation",
            code=None if code == OK else code,
            **{
                "graphql.operation.type": outcome.operation_type,
                "graphql.operation.name": outcome.operation_name,
                "enduser.id": outcome.user_id,
                "questpath.request_id": outcome.request_id,
                "questpath.transport": outcome.transport,
                "questpath.statements": meter.statements if meter is not None else None,
            },
        )

    def _code(self, errors: list[Formatted]) -> str:
        """Count errors, and return the code of the first."""
        codes: list[str] = [error["extensions"]["code"] for error in errors]
        self.metrics.errors.update(codes)
        return codes[0]

    def _close_stream(self, outcome: Outcome) -> None:
        outcome.is_open_stream = False
        self.metrics.subscriptions[outcome.transport] -= 1
        if outcome.transport == "sse":
            self.metrics.messages += outcome.extra.get("messages", 0)

    def _new(self, key: _Key) -> Tally:
        if len(self._tallies) >= MOST_TALLIES:
            self.drain()
        made = self._tallies[key] = Tally()
        return made

    def drain(self) -> None:
        """Bring what was counted to metrics, names and fields."""
        tallies, self._tallies = self._tallies, {}
        for (usage, client, transport, code), tally in tallies.items():
            self.metrics.add(tally, transport=transport, kind=usage.kind if usage else None, code=code)
            requests = sum(tally.statements.counts)
            if usage is not None and requests:
                self.usage.count(
                    usage,
                    client,
                    requests=requests,
                    seconds=tally.seconds.total,
                    errors=0 if code == OK else requests,
                )
        self.usage.forget_names()

    def slow(self, outcome: Outcome) -> dict[str, float | int]:
        """Count a slow operation; return where most of its time may have gone."""
        self.metrics.slow += 1
        if outcome.context is None:
            return {}
        meter = outcome.context.meter
        return {"longest_sql_ms": round(meter.longest_s * 1_000, 2), "batches": meter.batches}

    async def watch_loop(self) -> None:
        """Measure how late the event loop wakes a sleeper, twice a second until cancelled."""
        clock = asyncio.get_running_loop().time
        while True:
            before = clock()
            await asyncio.sleep(_LAG_EVERY_S)
            self.metrics.lag.observe(max(0.0, clock() - before - _LAG_EVERY_S))

    async def store(self, ports: Ports) -> None:
        """Store the counts of fields every half a minute until cancelled, and then what is left."""
        try:
            while True:
                await asyncio.sleep(FLUSH_EVERY_S)
                await self.flush(ports)
        finally:
            await self.flush(ports)

    async def flush(self, ports: Ports) -> None:
        """Store the counts of fields; without a database they wait."""
        self.drain()
        try:
            await self.usage.flush(ports)
        except Exception as error:  # noqa: BLE001 - a job outlives whatever its database does
            _log.warning("job_failed", job="field usage", error=type(error).__name__, retry_s=FLUSH_EVERY_S)


@asynccontextmanager
async def running(observer: Observer, ports: Ports) -> AsyncIterator[None]:
    """Measure the event loop and store the counts of fields inside the block."""
    tasks = [asyncio.create_task(observer.watch_loop()), asyncio.create_task(observer.store(ports))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
