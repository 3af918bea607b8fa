"""Queue workers in the event loop of a test, and steps that several tests take with them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from domain.jobs.job_kinds import JobKind, table_of
from domain.jobs.jobs import Job
from domain.unit_of_work import Meter
from gateway.jobs.handlers import Handler
from gateway.jobs.queue_worker import QueueWorker
from gateway.telemetry.job_observer import JobObserver
from resolvers.context import Ports
from tests.builders.acts import an_act
from tests.builders.jobs import start
from tests.support.patience import PATIENCE_S


@asynccontextmanager
async def working(
    ports: Ports,
    url: str,
    *kinds: tuple[JobKind, Handler],
    capacity: int = 4,
    observer: JobObserver | None = None,
) -> AsyncIterator[QueueWorker]:
    """Run a worker for the block; at its end it finishes what it runs."""
    worker = QueueWorker(
        ports,
        table_of(*(kind for kind, _ in kinds)),
        {kind.name: handler for kind, handler in kinds},
        [],
        queues={kind.queue for kind, _ in kinds},
        capacity=capacity,
        observer=observer,
    )
    task = asyncio.create_task(worker.run(url))
    try:
        yield worker
    finally:
        worker.stop()
        await asyncio.wait_for(task, PATIENCE_S)


async def queued(ports: Ports, kind: JobKind, **values: Any) -> Job:
    async with ports.open_work(Meter()) as work:
        return await start(work, an_act(now=ports.now()), kind, **values)


async def read(ports: Ports, job: Job) -> Job:
    async with ports.open_reads(Meter()) as work:
        (found,) = await work.jobs.by_ids([job.id], viewer_id=None, sees_all=True)
    assert found is not None
    return found


async def until(ports: Ports, job: Job, is_so: Callable[[Job], bool]) -> Job:
    """Return the job once it is so."""
    async with asyncio.timeout(PATIENCE_S):
        while not is_so(found := await read(ports, job)):
            await asyncio.sleep(0.02)
    return found


async def ended(ports: Ports, job: Job) -> Job:
    return await until(ports, job, lambda found: found.finished_at is not None)
