"""Command `worker --min A --max B`: a supervisor that runs between A and B workers, by how many jobs wait."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack

import structlog

from domain.jobs import worker_scales
from domain.jobs.worker_scales import WorkerBounds, WorkerScale
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.commands import stores
from gateway.processes.scaled_workers import ScaledWorkers
from gateway.processes.worker import WorkerPipe
from gateway.settings.environment import Settings
from gateway.telemetry import logs, prometheus
from gateway.telemetry.job_failures import JobFailures
from gateway.telemetry.prometheus import METRICS_PATH, Exposition
from gateway.telemetry.scaling_metrics import ScalingMetrics
from persistence.work import Postgres

LOOK_EVERY_S = 2.0
"""How often a supervisor looks at the queues, in seconds."""
_log = structlog.get_logger("gateway.commands.scaled_workers")


async def supervise(
    settings: Settings,
    url: str,
    run: Callable[[WorkerPipe], int],
    *,
    queues: list[str],
    bounds: WorkerBounds,
) -> int:
    """Run workers until SIGINT or SIGTERM; then all drain, and a second signal ends their jobs at once."""
    await stores.refuse_if_behind(url)
    # Each worker takes a port of its own; one that ends leaves its port only when it has drained.
    os.environ.setdefault("QUESTPATH_METRICS_PORTS", str(2 * bounds.most + 1))
    scaling = Scaling(ScaledWorkers(run, drain_s=settings.drain_s), queues, bounds)
    stopping = asyncio.Event()
    async with AsyncExitStack() as stack:
        postgres = await stack.enter_async_context(stores.opened(url))
        await stack.enter_async_context(
            prometheus.served(
                {METRICS_PATH: Exposition(scaling.metrics.families).answer},
                settings.metrics_host,
                settings.metrics_port,
            )
        )

        def stop() -> None:
            if stopping.is_set():
                scaling.workers.stop()
            stopping.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop)
        print(f"QuestPath keeps {bounds.least} to {bounds.most} workers.", flush=True)
        try:
            await scaling.run(postgres, stopping)
        finally:
            scaling.workers.stop()
            await asyncio.to_thread(scaling.workers.end)
    logs.lines.flush()
    return 0


class Scaling:
    """Looks at the queues and keeps as many workers as they need."""

    def __init__(self, workers: ScaledWorkers, queues: list[str], bounds: WorkerBounds) -> None:
        self.workers = workers
        self.metrics = ScalingMetrics(bounds.least)
        self._queues = queues
        self._bounds = bounds
        self._scale = WorkerScale(workers=bounds.least, changed_at=secrets_and_ids.now())

    async def run(self, postgres: Postgres, stopping: asyncio.Event) -> None:
        """Look every `LOOK_EVERY_S` until the end; while Postgres does not answer, the number of workers stays."""
        report_failure = JobFailures("worker scaling")
        while not stopping.is_set():
            self.workers.keep(self._scale.workers)
            self.metrics.serving = self.workers.count
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await stopping.wait()
            except TimeoutError:
                pass
            try:
                await self._look(postgres)
            except Exception as error:  # noqa: BLE001 - the supervisor survives any failure of its database
                report_failure(error, LOOK_EVERY_S)

    async def _look(self, postgres: Postgres) -> None:
        now = secrets_and_ids.now()
        async with postgres.open_reads(Meter()) as work:
            load = worker_scales.load_of(await work.queues.all(self._queues, now=now), now=now)
        scale = worker_scales.scaled(self._scale, load, self._bounds, now=now)
        if scale.workers != self._scale.workers:
            self.metrics.changed(scale.workers)
            _log.info(
                "workers_scaled",
                workers=scale.workers,
                before=self._scale.workers,
                due=load.due,
                running=load.running,
                oldest_wait_s=round(load.oldest_wait.total_seconds(), 1),
            )
        self._scale = scale
