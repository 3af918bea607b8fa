"""Builders of job kinds and jobs."""

from datetime import datetime, timedelta
from typing import Any

from domain.accounts.users import Role
from domain.acts import Act
from domain.entities import entity
from domain.ids import UserId, WorkerId
from domain.jobs import job_starts
from domain.jobs.job_kinds import JobKind, RetryPolicy
from domain.jobs.job_starts import JobRequest
from domain.jobs.jobs import Job
from domain.jobs.queues import JobWorker
from domain.jobs.work import EnqueueingWork
from tests.builders import mint


@entity
class CountArguments:
    """The arguments of the kind in tests."""

    to: int
    word: str = "go"
    user_id: UserId | None = None
    words: list[str] | None = None


def a_kind(**values: Any) -> JobKind:
    """Make a kind that may be started by operators and is tried twice."""
    usual: dict[str, Any] = {
        "name": "count",
        "description": "Counts.",
        "queue": "default",
        "arguments": CountArguments,
        "retries": RetryPolicy(attempts=2, base=timedelta(seconds=10), cap=timedelta(minutes=1)),
        "starter": Role.OPERATOR,
    }
    return JobKind(**usual | values)


async def start(
    work: EnqueueingWork, act: Act, kind: JobKind | None = None, *, to: int = 3, **values: Any
) -> Job:
    """Queue a job of the kind in tests."""
    request = JobRequest(**{"arguments": CountArguments(to=to)} | values)
    return await job_starts.start(work, act, kind or a_kind(), request)


def a_worker(*, now: datetime, **values: Any) -> JobWorker:
    """Make a worker of one queue that has begun and was seen at `now`."""
    usual: dict[str, Any] = {
        "id": WorkerId(mint("worker")),
        "queues": ["default"],
        "capacity": 10,
        "running": 0,
        "started_at": now,
        "seen_at": now,
    }
    return JobWorker(**usual | values)
