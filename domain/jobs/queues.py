"""Queues: how much work waits, who serves it, and whether it is paused."""

from datetime import datetime, timedelta
from typing import Protocol

from domain.entities import entity
from domain.ids import UserId, WorkerId
from domain.jobs.rates import JobRate

RATE_WINDOW = timedelta(minutes=5)
"""The time over which the rate of a queue is measured."""
GONE_AFTER = timedelta(seconds=30)
"""A worker that has not been seen for so long is presumed dead."""


@entity
class JobQueue:
    """A queue: how many jobs are due, wait for their time, run, and are held as failed.

    `oldest_due_at` is when the job that has waited longest became due. `finished_per_minute` is the mean of the last
    five minutes; `rate` is the limit that workers hold, if a kind of the queue has one.
    """

    name: str
    due: int
    scheduled: int
    running: int
    failed: int
    oldest_due_at: datetime | None
    finished_per_minute: float
    rate: JobRate | None
    paused_at: datetime | None
    paused_by_id: UserId | None
    pause_reason: str | None


@entity
class JobWorker:
    """A worker process: the queues that it serves, how many jobs it may run at once, and how many it runs."""

    id: WorkerId
    queues: list[str]
    capacity: int
    running: int
    started_at: datetime
    seen_at: datetime


class Queues(Protocol):
    """Queues and workers."""

    async def all(self, names: list[str], *, now: datetime) -> list[JobQueue]:
        """Return the queues of these names, in order."""

    async def pause(self, name: str, *, by: UserId | None, reason: str, now: datetime) -> bool:
        """Let no job of the queue begin; tells whether it was running before."""

    async def resume(self, name: str) -> bool:
        """Let its jobs begin again, within seconds; tells whether it was paused before."""

    async def paused(self) -> list[str]:
        """Return the names of the paused queues."""

    async def set_rates(self, queues: list[str], rates: dict[str, JobRate]) -> None:
        """Store the rates of these queues, by queue; all workers hold them within seconds."""

    async def rates(self) -> dict[str, JobRate]:
        """Return the rates by queue."""

    async def take(self, queue: str, *, at_most: int, stale_after: timedelta) -> int:
        """Return how many jobs of the rated kind may begin now, and count them as begun.

        There are no more than wait or have shown no sign of life for `stale_after`, and no more than `at_most`.
        """

    async def give_back(self, queue: str, count: int) -> None:
        """Count as not begun so many jobs that were taken."""

    async def beat(self, worker: JobWorker) -> None:
        """Store that a worker lives."""

    async def leave(self, worker_id: WorkerId) -> None:
        """Remove a worker that ends."""

    async def workers(self, *, since: datetime) -> list[JobWorker]:
        """Return the workers seen since then, oldest first."""

    async def forget(self, *, before: datetime, log_before: datetime) -> None:
        """Remove workers that were last seen before, and what pgqueuer logged before."""
