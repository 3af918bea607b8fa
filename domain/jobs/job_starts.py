"""Job starts: puts jobs into the queue, in the transaction of the caller."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.acts import Act
from domain.entities import entity
from domain.ids import JobId, UserId, WorkflowId
from domain.jobs import job_arguments
from domain.jobs.job_kinds import JobKind
from domain.jobs.jobs import Job, NewJob, job_signal
from domain.jobs.work import EnqueueingWork
from domain.traces import current_run, current_trace


@entity
class JobRequest:
    """One job to start: its arguments, and what differs from the defaults of its kind.

    It runs `at` a time, or at once. Of two with the same `dedupe_key`, the second is not added while the first has not
    ended. `trace_parent` is the W3C trace context that its runs continue, by default that of the running operation.
    `workflow_id` is the workflow whose step it is.
    """

    arguments: Any
    id: JobId | None = None
    user_id: UserId | None = None
    at: datetime | None = None
    dedupe_key: str | None = None
    priority: int | None = None
    trace_parent: str | None = None
    workflow_id: WorkflowId | None = None


async def start(work: EnqueueingWork, act: Act, kind: JobKind, request: JobRequest) -> Job:
    """Queue one job; it becomes visible to workers with the commit."""
    (job,) = await start_all(work, act, kind, [request])
    return job


async def start_all(
    work: EnqueueingWork, act: Act, kind: JobKind, requests: Sequence[JobRequest]
) -> list[Job]:
    """Queue many jobs of one kind in one statement; one job per request, in order.

    Requests with the same deduplication key get the same job.
    """
    new: dict[str, NewJob] = {}
    keys = [request.dedupe_key or f"\0{place}" for place, request in enumerate(requests)]
    for key, request in zip(keys, requests, strict=True):
        new.setdefault(key, _new(act, kind, request))
    stored = dict(zip(new, await work.jobs.add(list(new.values())), strict=True))
    for job in stored.values():
        work.emit(job_signal(job.id))
    return [stored[key] for key in keys]


def _new(act: Act, kind: JobKind, request: JobRequest) -> NewJob:
    trace, run = current_trace.get(), current_run.get()
    return NewJob(
        id=request.id or JobId(act.mint("job")),
        kind=kind.name,
        queue=kind.queue,
        priority=kind.priority if request.priority is None else request.priority,
        arguments=job_arguments.written(kind, request.arguments),
        user_id=request.user_id,
        dedupe_key=request.dedupe_key,
        created_at=act.now,
        next_run_at=act.now if request.at is None else max(act.now, request.at),
        trace_parent=trace.parent if request.trace_parent is None and trace else request.trace_parent,
        request_id=None if run is None else run.request_id,
        workflow_id=request.workflow_id,
    )
