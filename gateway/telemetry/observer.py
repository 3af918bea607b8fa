"""Observer of operations: updates metrics, traces and field usage at their beginning and end."""

import asyncio
from bisect import bisect_left
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext

from domain.traces import current_run
from gateway.callers.client_apps import APOLLO, GRAPHQL, UNKNOWN, ClientApp, client_of
from gateway.telemetry.active_users import ActiveUsers
from gateway.telemetry.job_failures import JobFailures
from gateway.telemetry.metrics import OK, SECONDS, Metrics, OperationTally
from gateway.telemetry.operation_outcomes import OperationOutcome
from gateway.telemetry.tracing import Tracing, trace_id_of
from gateway.telemetry.usage_counts import UsageCounts
from graph.documents.operation_usage import Usage
from graph.execution.error_masking import Formatted
from resolvers.context import Ports

_LAG_EVERY_S = 0.5
ABANDONED = "ABANDONED"
FLUSH_EVERY_S = 30.0
MOST_TALLIES = 500
"""The number of distinct tallies after which they are merged into metrics, names and fields."""
_Key = tuple[Usage | None, ClientApp, str, str]
_NOT_TRACED = nullcontext()
_NO_HEADERS: Mapping[bytes, bytes] = {}


class Observer:
    """Observes operations from their beginning to their end, at the cost of a few additions each."""

    def __init__(
        self,
        usage: UsageCounts | None = None,
        tracing: Tracing | None = None,
        active_users: ActiveUsers | None = None,
    ) -> None:
        self.metrics = Metrics()
        self.active_users = active_users or ActiveUsers(None)
        self.usage = usage or UsageCounts()
        self.tracing = tracing
        self._tallies: dict[_Key, OperationTally] = {}
        self._report_failure = JobFailures("field usage")

    def begin(self, outcome: OperationOutcome, headers: Mapping[bytes, bytes] = _NO_HEADERS) -> None:
        """Begin to observe an operation; `headers` are those of its request, by lower-case name."""
        self.metrics.active += 1
        current_run.set(outcome)  # each operation has a task of its own
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

    def traced(self, outcome: OperationOutcome) -> AbstractContextManager[None]:
        """Return the context in which the operation runs, which activates its trace if it has one."""
        return _NOT_TRACED if outcome.trace is None else outcome.trace.active()

    def streams(self, outcome: OperationOutcome) -> None:
        """Record that a subscription has started: its trace ends here, and each event is a new trace."""
        outcome.is_open_stream = True
        self.metrics.subscriptions[outcome.transport] += 1
        self._end_trace(outcome, OK)

    def finish(self, outcome: OperationOutcome, response: Formatted, seconds: float) -> None:
        """Count an operation that has ended."""
        metrics = self.metrics
        metrics.active -= 1
        code: str = self._code(response["errors"]) if "errors" in response else OK
        if outcome.user_id is not None:
            self.active_users.seen.add(outcome.user_id)
        if outcome.is_open_stream:
            self._close_stream(outcome)
        key = outcome.usage, outcome.client, outcome.transport, code
        tally = self._tallies.get(key)
        if tally is None:
            tally = self._new_tally(key)
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

    def abandon(self, outcome: OperationOutcome) -> None:
        """Record that an operation was cancelled with its task and has no other end."""
        self.finish(outcome, {"errors": [{"extensions": {"code": ABANDONED}}]}, 0.0)

    def _end_trace(self, outcome: OperationOutcome, code: str) -> None:
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

    def _close_stream(self, outcome: OperationOutcome) -> None:
        outcome.is_open_stream = False
        self.metrics.subscriptions[outcome.transport] -= 1

    def _new_tally(self, key: _Key) -> OperationTally:
        if len(self._tallies) >= MOST_TALLIES:
            self.drain()
        made = self._tallies[key] = OperationTally()
        return made

    def drain(self) -> None:
        """Merge the tallies into metrics, names and fields."""
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

    def slow(self, outcome: OperationOutcome) -> dict[str, float | int]:
        """Count a slow operation; return fields for its log line that say where its time may have gone."""
        self.metrics.slow += 1
        if outcome.context is None:
            return {}
        meter = outcome.context.meter
        return {"longest_sql_ms": round(meter.longest_s * 1_000, 2), "batches": meter.batches}

    async def watch_loop(self) -> None:
        """Measure the lag of the event loop twice a second until cancelled."""
        clock = asyncio.get_running_loop().time
        while True:
            before = clock()
            await asyncio.sleep(_LAG_EVERY_S)
            self.metrics.lag.observe(max(0.0, clock() - before - _LAG_EVERY_S))

    async def store(self, ports: Ports) -> None:
        """Store the field usage every 30 seconds until cancelled, and once more at the end."""
        try:
            while True:
                await asyncio.sleep(FLUSH_EVERY_S)
                await self.flush(ports)
        finally:
            await self.flush(ports)

    async def flush(self, ports: Ports) -> None:
        """Store the field usage; without a database it is kept for the next time."""
        self.drain()
        try:
            await self.usage.flush(ports)
        except Exception as error:  # noqa: BLE001 - the job goes on without its database
            self._report_failure(error, FLUSH_EVERY_S)


@asynccontextmanager
async def running(observer: Observer, ports: Ports) -> AsyncIterator[None]:
    """Measure the event loop and store the field usage inside the block."""
    tasks = [asyncio.create_task(observer.watch_loop()), asyncio.create_task(observer.store(ports))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
