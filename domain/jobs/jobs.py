"""Jobs: one piece of work that waits, runs or has ended, and the store of jobs."""

from datetime import datetime
from typing import Any, Protocol

from domain.entities import entity
from domain.errors import DomainError
from domain.ids import JobId, UserId, WorkflowId
from domain.jobs.job_states import JobState
from domain.paging import Page, Window
from domain.signals import Signal


@entity
class Job:
    """A job as its owner and operators see it.

    `attempts` counts since it was started or last retried, `run` since it was made. `progress` is in percent.
    `user_id` is whom the job is for; None for work of the platform. `next_run_at` is set while it is QUEUED.
    `request_id` is that of the request that started it, or None. `workflow_id` is the workflow whose step it is, or
    None.
    """

    id: JobId
    kind: str
    queue: str
    priority: int
    state: JobState
    arguments: dict[str, Any]
    user_id: UserId | None
    attempts: int
    run: int
    progress: int
    note: str | None
    error: str | None
    result: dict[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    next_run_at: datetime | None
    trace_parent: str | None
    request_id: str | None
    workflow_id: WorkflowId | None


@entity
class NewJob:
    """A job about to be stored. `dedupe_key` keeps a second one of its kind out while the first has not ended."""

    id: JobId
    kind: str
    queue: str
    priority: int
    arguments: dict[str, Any]
    user_id: UserId | None
    dedupe_key: str | None
    created_at: datetime
    next_run_at: datetime
    trace_parent: str | None
    request_id: str | None
    workflow_id: WorkflowId | None


@entity
class JobFilter:
    """A filter of jobs; None leaves a condition out, `since` is inclusive and `until` exclusive."""

    state: JobState | None = None
    kind: str | None = None
    queue: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class JobEndedError(DomainError):
    """The job has ended."""

    code = "JOB_ENDED"


class JobNotFailedError(DomainError):
    """The job has not failed."""

    code = "JOB_NOT_FAILED"


class Jobs(Protocol):
    """Jobs, and their places in the queue; a method that adds or removes a place does both in one statement."""

    async def add(self, new: list[NewJob]) -> list[Job]:
        """Queue the jobs, in order; one whose kind and deduplication key are live already gives the live job."""

    async def by_ids(self, ids: list[JobId], *, viewer_id: UserId | None, sees_all: bool) -> list[Job | None]:
        """Return one slot per id, in order; jobs of others are filled with `sees_all` only."""

    async def page(self, asked: JobFilter, window: Window) -> Page[Job]:
        """Return the jobs that pass the filter, newest first."""

    async def page_of(self, user_id: UserId, asked: JobFilter, window: Window) -> Page[Job]:
        """Return the jobs of a user that pass the filter, newest first."""

    async def cancel(self, job_id: JobId, *, now: datetime) -> Job | None:
        """End a live job, take its place from the queue, and tell its worker; None if it has ended."""

    async def retry(self, ids: list[JobId], *, now: datetime) -> list[Job]:
        """Queue failed jobs again; return those that were."""

    async def discard(self, ids: list[JobId], *, now: datetime) -> list[Job]:
        """Give failed jobs up; return those that were."""

    async def failed(self, *, kind: str | None, queue: str | None, limit: int) -> list[JobId]:
        """Return the ids of failed jobs, oldest first."""

    async def requeue_lost(self, *, limit: int) -> int:
        """Give live jobs without a place in the queue a new one; return how many there were."""

    async def requeue_if_lost(self, job_id: JobId) -> bool:
        """Give a live job a new place in the queue if it has none; tells whether it had none."""

    async def forget(self, *, before: datetime) -> int:
        """Remove jobs that ended before, except failed ones; return how many."""


def job_signal(job_id: JobId) -> Signal:
    """Return the signal that a job changed."""
    return Signal(topic=f"job:{job_id}", body=job_id)
