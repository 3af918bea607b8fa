"""Job observer: counts and traces each run of a job from its beginning to its end."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from domain.jobs.jobs import Job
from domain.traces import current_run
from gateway.telemetry.job_metrics import JobMetrics, RunEnd
from gateway.telemetry.tracing import SpanTrace, Tracing, trace_id_of

Report = Callable[[Job, float, Exception | None, str | None], None]
"""Receives each run: its job, its seconds, its error, and the id of its trace."""


class ObservedRun:
    """What came of a run, whose log lines have these ids; one that says nothing was interrupted."""

    __slots__ = ("end", "error", "job_id", "request_id", "trace_id")

    def __init__(self, job: Job, trace_id: str | None) -> None:
        self.job_id: str | None = job.id
        self.request_id = job.request_id
        self.trace_id = trace_id
        self.end = RunEnd.INTERRUPTED
        self.error: Exception | None = None

    def succeeded(self) -> None:
        """Record that the job has succeeded."""
        self.end = RunEnd.SUCCEEDED

    def failed(self, error: Exception, *, is_held: bool) -> None:
        """Record an error, and whether the job is held or tried again."""
        self.end = RunEnd.HELD if is_held else RunEnd.FAILED
        self.error = error

    def postponed(self) -> None:
        """Record that the job waits for a service that does not answer."""
        self.end = RunEnd.POSTPONED


class JobObserver:
    """Observes the runs of jobs; a run continues the trace of the operation that started its job."""

    def __init__(
        self, metrics: JobMetrics, tracing: Tracing | None = None, report: Report | None = None
    ) -> None:
        self._metrics = metrics
        self._tracing = tracing
        self._report = report

    @contextmanager
    def observe(self, job: Job) -> Iterator[ObservedRun]:
        """Count and trace the run that happens inside the block, and make its trace the current one."""
        trace = None if self._tracing is None else self._tracing.begin_job(job.trace_parent)
        run = ObservedRun(job, _trace_id(trace, job))
        began, mark = time.monotonic(), current_run.set(run)
        try:
            with nullcontext() if trace is None else trace.active():
                yield run
        finally:
            current_run.reset(mark)
            seconds = time.monotonic() - began
            self._metrics.ended(job.kind, run.end, seconds, run.error)
            if self._report is not None:
                self._report(job, seconds, run.error, run.trace_id)
            if trace is not None:
                _end(trace, job, run)


def _trace_id(trace: SpanTrace | None, job: Job) -> str | None:
    if trace is not None:
        return trace.trace_id
    return None if job.trace_parent is None else trace_id_of(job.trace_parent)


def _end(trace: SpanTrace, job: Job, run: ObservedRun) -> None:
    """End the span; of an error it says the type only, because its message may contain values."""
    trace.end(
        f"job {job.kind}",
        code=None if run.error is None else type(run.error).__name__,
        **{
            "questpath.job.id": job.id,
            "questpath.job.kind": job.kind,
            "questpath.job.queue": job.queue,
            "questpath.job.attempt": job.attempts,
            "questpath.job.outcome": run.end.value,
        },
    )
