"""Queue manager: pgqueuer's, which leaves out kinds whose jobs have to wait, and keeps the rates of others."""

from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from datetime import timedelta
from typing import Protocol

from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.models import Job as QueueEntry
from pgqueuer.domain.types import QueueEntrypoint
from pgqueuer.ports.repository import EntrypointExecutionParameter


class Rates(Protocol):
    """The counts of jobs with a rate, which all workers share."""

    async def take(self, queue: str, *, at_most: int) -> int:
        """Return how many jobs of the rated kind may begin now, and count them as begun."""

    async def give_back(self, queue: str, count: int) -> None:
        """Count as not begun so many jobs that were taken."""


def _never(_kind: str) -> bool:
    return False


class LimitedQueueManager(QueueManager):
    """pgqueuer's manager with limits that it lacks.

    The `paused` kinds, and those that `waits` tells of, begin no jobs. `rated` are the kinds with a rate, by queue.
    """

    paused: Collection[str] = ()
    waits: Callable[[str], bool] = staticmethod(_never)
    rated: Mapping[str, str] = {}
    rates: Rates

    def entrypoints_below_capacity_limits(self) -> set[QueueEntrypoint]:
        """Return the kinds without a rate whose jobs may begin now."""
        rated = set(self.rated.values())
        return {name for name in self.entrypoint_registry if name not in rated and self._may_begin(name)}

    async def fetch_jobs(
        self, batch_size: int, global_concurrency_limit: int | None, heartbeat_timeout: timedelta
    ) -> AsyncGenerator[QueueEntry, None]:
        """Yield the jobs that may begin now, first those with a rate: there are few of them at a time.

        `global_concurrency_limit` counts jobs of all kinds together.
        """
        most = batch_size if global_concurrency_limit is None else global_concurrency_limit
        while not self.shutdown.is_set():
            jobs: list[QueueEntry] = []
            for queue, kind in self.rated.items():
                if kind in self.entrypoint_registry and self._may_begin(kind):
                    free = min(batch_size, most - len(self.job_context) - len(jobs))
                    jobs += await self._at_rate(queue, QueueEntrypoint(kind), free, heartbeat_timeout)
            free = min(batch_size, most - len(self.job_context) - len(jobs))
            jobs += await self._dequeued(self.entrypoints_below_capacity_limits(), free, heartbeat_timeout)
            if not jobs:
                return
            for job in jobs:
                yield job

    def _may_begin(self, kind: str) -> bool:
        return kind not in self.paused and not self.waits(kind)

    async def _at_rate(
        self, queue: str, kind: QueueEntrypoint, free: int, heartbeat_timeout: timedelta
    ) -> list[QueueEntry]:
        if free < 1 or not (allowed := await self.rates.take(queue, at_most=free)):
            return []
        jobs = await self._dequeued({kind}, allowed, heartbeat_timeout)
        if len(jobs) < allowed:  # others took them first, or so many run at once already
            await self.rates.give_back(queue, allowed - len(jobs))
        return jobs

    async def _dequeued(
        self, kinds: set[QueueEntrypoint], free: int, heartbeat_timeout: timedelta
    ) -> list[QueueEntry]:
        if free < 1 or not kinds:
            return []
        registry = self.entrypoint_registry
        return await self.queries.dequeue(
            batch_size=free,
            entrypoints={
                name: EntrypointExecutionParameter(
                    concurrency_limit=registry[name].parameters.concurrency_limit
                )
                for name in kinds
            },
            queue_manager_id=self.queue_manager_id,
            global_concurrency_limit=None,
            heartbeat_timeout=heartbeat_timeout,
        )
