"""Worker lifetime: a queue worker runs beside a block, on connections of its own, and drains at its end."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from domain import job_table, workflow_table
from domain.unit_of_work import Meter
from domain.workflows import template_saves
from gateway.jobs.handler_table import HANDLERS
from gateway.jobs.job_rates import kinds_at_rates
from gateway.jobs.queue_worker import QueueWorker
from gateway.jobs.served_queues import served_queues
from gateway.ports import Adapters
from gateway.settings.environment import Settings
from gateway.telemetry.job_failures import JobFailures
from gateway.telemetry.job_metrics import JobMetrics
from gateway.telemetry.job_observer import JobObserver
from gateway.webhooks import fan_out
from persistence.database import connect
from persistence.work import Postgres

STATEMENT_DEADLINE_S = 3_600.0
"""How long a statement of a job may take, in seconds; the job itself has a time limit."""
LOCK_WAIT_S = 60.0
"""How long it waits for a lock, in seconds; then the attempt fails, and another one follows."""


@asynccontextmanager
async def running(
    settings: Settings,
    url: str,
    adapters: Adapters,
    metrics: JobMetrics,
    *,
    queues: Collection[str] | None = None,
) -> AsyncIterator[QueueWorker]:
    """Run a worker of the queues, by default of all, for the block; at its end it drains like a server.

    It has connections of its own, whose statements may take as long as a job: work in the background never waits for
    requests, nor requests for it.
    """
    capacity = settings.worker_concurrency
    async with connect(
        settings.pool_address(url),
        largest=capacity + 2,
        usual=settings.pool_usual,
        lifetimes=settings.lifetimes,
        statement_deadline_s=STATEMENT_DEADLINE_S,
        lock_wait_s=LOCK_WAIT_S,
        share=1,
        statement_log=settings.statement_log,
    ) as database:
        postgres = Postgres(database, adapters.ports.signals, adapters.postgres.counts)
        own = replace(
            adapters.ports,
            open_reads=postgres.open_reads,
            open_step=postgres.open_step,
            open_work=postgres.open_work,
        )
        async with own.open_work(Meter()) as work:
            await template_saves.ship(work, workflow_table.SHIPPED)
        worker = QueueWorker(
            own,
            kinds_at_rates(job_table.KINDS, settings),
            HANDLERS,
            list(job_table.SCHEDULES.values()),
            queues=served_queues(adapters.ports) if queues is None else queues,
            capacity=capacity,
            observer=JobObserver(
                metrics, adapters.tracing, None if adapters.reports is None else adapters.reports.job_ended
            ),
        )
        task = asyncio.create_task(worker.run(url))
        fanning_out = asyncio.create_task(fan_out.run(own, JobFailures("webhook fan-out")))
        try:
            yield worker
        finally:
            worker.stop()
            fanning_out.cancel()
            await asyncio.gather(fanning_out, return_exceptions=True)
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(task), settings.drain_s)
            worker.put_back()
            await task
