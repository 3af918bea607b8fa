"""Worker scales: how many workers one machine runs, by how much waits; changes are few and one at a time."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from domain.entities import entity
from domain.jobs.queues import JobQueue

LATE = timedelta(seconds=5)
"""A due job that has waited for so long asks for one more worker."""
SETTLE = timedelta(seconds=10)
"""So long after a change no worker is added: a new one needs seconds until it takes jobs."""
QUIET = timedelta(seconds=60)
"""One worker ends after so long without need, and the next one after as long again."""
SPARE = 0.5
"""Fewer workers do where the jobs that run would take at most this part of theirs."""


@entity
class WorkerLoad:
    """How many jobs are due and wait, how long the oldest of them has waited, and how many run."""

    due: int
    oldest_wait: timedelta
    running: int


@entity
class WorkerBounds:
    """How many workers there may be, and how many jobs each runs at once."""

    least: int
    most: int
    capacity: int


@entity
class WorkerScale:
    """How many workers there should be, since when, and since when fewer would do (None while they would not)."""

    workers: int
    changed_at: datetime
    quiet_since: datetime | None = None


def load_of(queues: Iterable[JobQueue], *, now: datetime) -> WorkerLoad:
    """Add up what the queues hold that more workers would do sooner: not what a pause or a rate holds back."""
    held = [queue for queue in queues if queue.paused_at is None]
    free = [queue for queue in held if queue.rate is None]
    oldest = min((queue.oldest_due_at for queue in free if queue.oldest_due_at is not None), default=now)
    return WorkerLoad(
        due=sum(queue.due for queue in free),
        oldest_wait=max(now - oldest, timedelta()),
        running=sum(queue.running for queue in held),
    )


def scaled(scale: WorkerScale, load: WorkerLoad, bounds: WorkerBounds, *, now: datetime) -> WorkerScale:
    """Return the scale after a look at the load: one more worker, one fewer, or as many as before.

    One is added where a job has waited for `LATE`, or more wait than all workers run at once. One ends after `QUIET`
    without waiting jobs in which those that ran would have fitted into `SPARE` of the others.
    """
    if load.oldest_wait >= LATE or load.due > bounds.capacity * scale.workers:
        may_grow = scale.workers < bounds.most and now - scale.changed_at >= SETTLE
        grown = scale.workers + 1 if may_grow else scale.workers
        return WorkerScale(workers=grown, changed_at=now if may_grow else scale.changed_at)
    is_quiet = load.due == 0 and load.running <= SPARE * bounds.capacity * (scale.workers - 1)
    if not is_quiet or scale.workers <= bounds.least:
        return replace(scale, quiet_since=None)
    since = scale.quiet_since or now
    if now - since < QUIET:
        return replace(scale, quiet_since=since)
    return WorkerScale(workers=scale.workers - 1, changed_at=now, quiet_since=now)
