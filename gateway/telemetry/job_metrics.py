"""Job metrics: how long the runs of this process took and how they ended, and how busy the queues of all are."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from enum import Enum

from prometheus_client.core import Metric

from domain import job_table
from domain.jobs import job_administration
from domain.jobs.queues import GONE_AFTER, JobQueue, JobWorker
from domain.mail.mail_events import MailResults
from domain.unit_of_work import Meter
from gateway.settings.environment import Settings
from gateway.telemetry.gauges import Labels, counter, gauge, histogram
from gateway.telemetry.job_failures import JobFailures
from gateway.telemetry.metrics import Histogram
from resolvers.context import Ports

READ_EVERY_S = 15.0
"""How often a process reads how busy the queues are, in seconds."""
_DAY = timedelta(days=1)
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 1_800.0)


class RunEnd(Enum):
    """How a run of a job ended.

    A FAILED one is tried again, a HELD one is not. A POSTPONED one waits for a service that does not answer. An
    INTERRUPTED one was cancelled, taken over by another worker, or put back by one that ends.
    """

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    HELD = "HELD"
    POSTPONED = "POSTPONED"
    INTERRUPTED = "INTERRUPTED"


class JobMetrics:
    """The numbers of jobs in one process since its start; only its event loop writes them, so there are no locks."""

    def __init__(self) -> None:
        self._runs: dict[Labels, Histogram] = {}
        self._failures: Counter[Labels] = Counter()
        self._queues: Sequence[JobQueue] = ()
        self._workers: Sequence[JobWorker] = ()
        self._mails: MailResults | None = None
        self._read_at: datetime | None = None

    def ended(self, kind: str, end: RunEnd, seconds: float, error: BaseException | None = None) -> None:
        """Count a run; of an error only its type."""
        runs = self._runs.setdefault((kind, end.value), Histogram(SECONDS))
        runs.observe(seconds)
        if error is not None and end in {RunEnd.FAILED, RunEnd.HELD}:
            self._failures[kind, type(error).__name__] += 1

    async def read(self, ports: Ports) -> None:
        """Read how busy the queues are; while Postgres does not answer, there is nothing to tell."""
        self._queues, self._workers, self._mails, self._read_at = (), (), None, None
        now = ports.now()
        async with ports.open_reads(Meter()) as work:
            queues = await work.queues.all(job_administration.queue_names(job_table.KINDS), now=now)
            workers = await work.queues.workers(since=now - GONE_AFTER)
            mails = await work.mail_events.results(since=now - _DAY)
        self._queues, self._workers, self._mails, self._read_at = queues, workers, mails, now

    def families(self) -> Iterator[Metric]:
        """Yield the families of all numbers."""
        yield histogram("job_seconds", "Duration of runs of jobs, by outcome.", self._runs, "kind", "outcome")
        yield counter("job_failures", "Failed runs of jobs, by error.", self._failures, "kind", "error")
        if self._read_at is not None:
            yield from self._queue_families(self._read_at)
        if self._mails is not None:
            names = ("sent", "bounced", "complained", "suppressed")
            results: dict[Labels, float] = {(name,): getattr(self._mails, name) for name in names}
            yield gauge("mails_last_day", "What became of mails in the last 24 hours.", results, "result")

    def _queue_families(self, now: datetime) -> Iterator[Metric]:
        for name, description, attribute in (
            ("depth", "Jobs that are due and wait for a worker.", "due"),
            ("scheduled", "Jobs that wait for their time.", "scheduled"),
            ("running", "Running jobs.", "running"),
            ("failed", "Jobs that are held as failed.", "failed"),
        ):
            values: dict[Labels, float] = {(queue.name,): getattr(queue, attribute) for queue in self._queues}
            yield gauge(f"job_queue_{name}", description, values, "queue")
        ages: dict[Labels, float] = {(queue.name,): _age(queue, now) for queue in self._queues}
        yield gauge("job_queue_oldest_seconds", "How long the oldest due job has waited.", ages, "queue")
        paused: dict[Labels, float] = {(queue.name,): queue.paused_at is not None for queue in self._queues}
        yield gauge("job_queue_paused", "1 while the queue is paused.", paused, "queue")
        serving = Counter(queue for worker in self._workers for queue in worker.queues)
        workers: dict[Labels, float] = {(queue.name,): serving[queue.name] for queue in self._queues}
        yield gauge("job_workers", "Workers that serve the queue and were seen lately.", workers, "queue")


@asynccontextmanager
async def opened(settings: Settings, ports: Ports) -> AsyncIterator[JobMetrics]:
    """Yield the numbers of this process; where they can be scraped, read how busy the queues are every 15 seconds."""
    metrics = JobMetrics()
    if settings.metrics_port is None and settings.metrics_token is None:
        yield metrics
        return
    task = asyncio.create_task(_keep_reading(metrics, ports))
    try:
        yield metrics
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _keep_reading(metrics: JobMetrics, ports: Ports) -> None:
    report_failure = JobFailures("job metrics")
    while True:
        try:
            await metrics.read(ports)
        except Exception as error:  # noqa: BLE001 - the job survives any failure of its database
            report_failure(error, READ_EVERY_S)
        await asyncio.sleep(READ_EVERY_S)


def _age(queue: JobQueue, now: datetime) -> float:
    return 0.0 if queue.oldest_due_at is None else max(0.0, (now - queue.oldest_due_at).total_seconds())
