"""Queue worker: takes jobs from the queue in Postgres by pgqueuer, runs them, and starts those of schedules."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import timedelta

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.sm import SchedulerManager
from pgqueuer.domain.models import Schedule as ScheduleRow

from domain.acts import by_platform
from domain.dependency_table import DEPENDENCIES
from domain.ids import WorkerId
from domain.jobs import schedule_starts
from domain.jobs.job_kinds import JobKinds
from domain.jobs.queues import JobWorker
from domain.jobs.schedules import CronSchedule
from domain.unit_of_work import Meter
from gateway.jobs import cron_lines
from gateway.jobs.handlers import Handlers
from gateway.jobs.job_beginnings import JobBeginnings
from gateway.jobs.job_executor import JobExecutor
from gateway.jobs.job_rates import SharedRates
from gateway.jobs.queue_manager import LimitedQueueManager
from gateway.telemetry.job_failures import JobFailures
from gateway.telemetry.job_metrics import JobMetrics
from gateway.telemetry.job_observer import JobObserver
from resolvers.context import Ports

BEAT_S = 5.0
"""How often a worker shows that it lives, and reads the limits of queues, in seconds."""
TAKEOVER = timedelta(seconds=5)
"""How long a job shows no sign of life until another worker takes it over."""
LOOK = timedelta(seconds=5)
"""How long a worker waits for a notice of new jobs until it looks by itself."""
RESTART_S = 1.0
_LOOKS = 5


class QueueWorker:
    """One worker: runs up to `capacity` jobs of the chosen queues at a time, until it is told to stop."""

    def __init__(
        self,
        ports: Ports,
        kinds: JobKinds,
        handlers: Handlers,
        plan: Collection[CronSchedule],
        *,
        queues: Collection[str],
        capacity: int,
        observer: JobObserver | None = None,
    ) -> None:
        self._ports = ports
        self._all_kinds = kinds
        self._kinds = {name: kind for name, kind in kinds.items() if kind.queue in queues}
        self._handlers = handlers
        mine = (schedule for schedule in plan if schedule.kind.queue in queues)
        self._plan = cron_lines.checked(mine, now=ports.now())
        self._queues = sorted(queues)
        self._capacity = max(capacity, 2)
        self._observer = observer or JobObserver(JobMetrics())
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._started_at = ports.now()
        self._id = WorkerId(ports.mint("worker"))
        self._told = 0
        self._paused: frozenset[str] = frozenset()
        self._rates = SharedRates(ports, stale_after=TAKEOVER)
        self._rated: dict[str, str] = {}

    @property
    def running(self) -> int:
        """How many jobs run now."""
        return len(self._running)

    def stop(self) -> None:
        """Begin no more jobs; `run` returns when those that run have ended."""
        self._stopping.set()

    def put_back(self) -> None:
        """Interrupt the jobs that run; each is put back into the queue, and the attempt is not counted."""
        for task in self._running:
            task.cancel()

    async def run(self, url: str) -> None:
        """Work until `stop`; a lost database is tried again every second."""
        report_failure = JobFailures("worker")
        beating = asyncio.create_task(self._keep_beating())
        try:
            while not self._stopping.is_set():
                try:
                    await self._work(url)
                except Exception as error:  # noqa: BLE001 - the worker survives any failure of its database
                    report_failure(error, RESTART_S)
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._stopping.wait(), RESTART_S)
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    async def _work(self, url: str) -> None:
        async with asyncpg.create_pool(url, min_size=2, max_size=4) as pool:
            queries = Queries(AsyncpgPoolDriver(pool))
            manager, scheduler = LimitedQueueManager(queries), SchedulerManager(queries)
            manager.rates = self._rates
            await self._rates.declare(self._queues, self._kinds.values())
            beginnings = JobBeginnings(self._ports)
            for name, kind in self._kinds.items():
                executor = JobExecutor(
                    kind,
                    self._handlers[name],
                    self._ports,
                    self._running,
                    beginnings,
                    self._observer,
                    self._all_kinds,
                )
                manager.register_executor(name, executor)
            for schedule in self._plan:
                scheduler.schedule(schedule.name, schedule.cron)(self._starter(schedule))
            manager.waits = self._waits
            manager.shutdown = scheduler.shutdown = asyncio.Event()
            await self._beat()
            self._limit(manager)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._take(manager))
                if self._plan:
                    group.create_task(scheduler.run())
                group.create_task(self._follow(manager))

    async def _take(self, manager: LimitedQueueManager) -> None:
        await manager.run(
            dequeue_timeout=LOOK,
            batch_size=max(1, self._capacity // 2),
            max_concurrent_tasks=self._capacity,
            heartbeat_timeout=TAKEOVER,
            log_aggregation_interval=timedelta(0),
        )

    async def _follow(self, manager: LimitedQueueManager) -> None:
        """Stop the manager when the worker stops, and tell it the limits of its kinds until then."""
        while not self._stopping.is_set():
            self._limit(manager)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), BEAT_S / _LOOKS)
        manager.shutdown.set()

    def _waits(self, kind: str) -> bool:
        """Tell whether the jobs of a kind wait for a service that does not answer."""
        needs = self._kinds[kind].needs
        return needs is not None and self._ports.breakers.is_open(DEPENDENCIES[needs])

    def _limit(self, manager: LimitedQueueManager) -> None:
        manager.paused = {name for name, kind in self._kinds.items() if kind.queue in self._paused}
        manager.rated = self._rated

    def _starter(self, schedule: CronSchedule) -> Callable[[ScheduleRow], "asyncio.Future[None]"]:
        async def start(_row: ScheduleRow) -> None:
            act = by_platform(now=self._ports.now(), mint=self._ports.mint)
            async with self._ports.open_work(Meter()) as work:
                await schedule_starts.start(work, act, schedule)

        return start  # type: ignore[return-value]  # pgqueuer wants a coroutine function

    async def _keep_beating(self) -> None:
        report_failure = JobFailures("worker_beat")
        try:
            while True:
                await self._rest()
                try:
                    await self._beat()
                except Exception as error:  # noqa: BLE001 - the worker survives any failure of its database
                    report_failure(error, BEAT_S)
        finally:
            with suppress(Exception):
                async with self._ports.open_reads(Meter()) as work:
                    await work.queues.leave(self._id)

    async def _rest(self) -> None:
        """Wait for the next beat: it comes earlier, about once a second, where the number of running jobs changed."""
        for _ in range(_LOOKS):
            await asyncio.sleep(BEAT_S / _LOOKS)
            if self.running != self._told:
                return

    async def _beat(self) -> None:
        """Show that this worker lives, and read which queues are paused or have a rate."""
        now = self._ports.now()
        self._told = self.running
        worker = JobWorker(
            id=self._id,
            queues=self._queues,
            capacity=self._capacity,
            running=self._told,
            started_at=self._started_at,
            seen_at=now,
        )
        async with self._ports.open_reads(Meter()) as work:
            await work.queues.beat(worker)
            self._paused = frozenset(await work.queues.paused())
            self._rated = {queue: rate.kind for queue, rate in (await work.queues.rates()).items()}
