"""Reports: collects defects and samples runs, and gives their events to a client."""

import asyncio
import importlib
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from domain.errors import DomainError
from domain.jobs.jobs import Job
from gateway.error_reports import events
from gateway.error_reports.events import OK, Event
from gateway.settings.environment import Settings
from gateway.telemetry.operation_outcomes import OperationOutcome

PATIENCE_S = 1.0
"""How long a defect waits for the end of its operation, which knows its name, in seconds."""
MOST_IN_A_MINUTE = 100
"""How many defects a process reports in a minute; more of them would say the same."""
_MOST_OF_A_REQUEST = 5
_MINUTE_S = 60.0
_FAILED = "internal_error"
_CLIENT = "gateway.error_reports.sentry_client"


class ReportClient(Protocol):
    """What takes events, without waiting, and sends them."""

    def capture(self, event: Event) -> None:
        """Take an event."""

    def close(self) -> None:
        """Send what waits, within two seconds."""


class ErrorReports:
    """Reports defects of operations and jobs, and a share of all runs; only the event loop calls it."""

    def __init__(
        self,
        client: ReportClient,
        share: float,
        *,
        fraction: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._share = share
        self._fraction = fraction
        self._clock = clock
        self._waiting: dict[str, list[BaseException]] = {}
        self._minute = 0.0
        self._reported = 0

    def defect(self, cause: BaseException, request_id: str) -> None:
        """Report a defect of a request at the end of its operation, or in a second where that goes on."""
        waiting = self._waiting.get(request_id)
        if waiting is None and len(self._waiting) < MOST_IN_A_MINUTE:
            self._waiting[request_id] = [cause]
            asyncio.get_running_loop().call_later(PATIENCE_S, self._report, request_id)
        elif waiting is not None and len(waiting) < _MOST_OF_A_REQUEST:
            waiting.append(cause)

    def operation_ended(self, outcome: OperationOutcome, seconds: float, *, is_failed: bool) -> None:
        """Report the defects of an operation with its name, and the operation itself if it is sampled."""
        if outcome.request_id in self._waiting:
            self._report(outcome.request_id, outcome)
        if self._fraction() < self._share and outcome.operation_type not in {None, "subscription"}:
            now = self._clock()
            run = events.of_run(
                outcome.operation_name or "anonymous",
                op=f"graphql.{outcome.operation_type}",
                status=_FAILED if is_failed else OK,
                began=now - seconds,
                ended=now,
                tags=_tags(outcome),
                trace_id=outcome.trace_id,
            )
            self._client.capture(run)

    def job_ended(self, job: Job, seconds: float, error: Exception | None, trace_id: str | None) -> None:
        """Report the defect of a run of a job, unless a rule refused it, and the run itself if it is sampled."""
        tags: dict[str, str | None] = {
            "job_id": job.id,
            "job_kind": job.kind,
            "job_queue": job.queue,
            "job_attempt": str(job.attempts),
        }
        if error is not None and not isinstance(error, DomainError):
            self._capture(events.of_defect(error, tags, trace_id))
        if self._fraction() < self._share:
            now = self._clock()
            status = OK if error is None else _FAILED
            self._client.capture(
                events.of_run(
                    f"job {job.kind}",
                    op="queue.process",
                    status=status,
                    began=now - seconds,
                    ended=now,
                    tags=tags,
                    trace_id=trace_id,
                )
            )

    def _report(self, request_id: str, outcome: OperationOutcome | None = None) -> None:
        tags: dict[str, str | None] = {"request_id": request_id}
        if outcome is not None:
            tags = _tags(outcome)
        for cause in self._waiting.pop(request_id, ()):
            self._capture(events.of_defect(cause, tags, None if outcome is None else outcome.trace_id))

    def _capture(self, event: Event) -> None:
        now = self._clock()
        if now - self._minute >= _MINUTE_S:
            self._minute, self._reported = now, 0
        self._reported += 1
        if self._reported <= MOST_IN_A_MINUTE:
            self._client.capture(event)


def _tags(outcome: OperationOutcome) -> dict[str, str | None]:
    return {
        "request_id": outcome.request_id,
        "operation_name": outcome.operation_name,
        "operation_type": outcome.operation_type,
        "transport": outcome.transport,
    }


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[ErrorReports | None]:
    """Yield the reports, and send the last of them at the end; without an address None, and nothing is imported."""
    if settings.sentry_dsn is None:
        yield None
        return
    client: ReportClient = importlib.import_module(_CLIENT).SentryClient(
        settings.sentry_dsn.get_secret_value(), settings.env.value
    )
    try:
        yield ErrorReports(client, settings.sentry_traces)
    finally:
        await asyncio.to_thread(client.close)
