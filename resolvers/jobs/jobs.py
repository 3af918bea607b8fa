"""Resolvers of jobs: the lists, starting by hand, cancelling, retrying, discarding and following one."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from domain import job_table
from domain.accounts import roles
from domain.accounts.users import Role, Viewer
from domain.errors import NotFoundError
from domain.ids import JobId
from domain.jobs import job_administration, manual_starts
from domain.jobs.job_administration import FailedJobs
from domain.jobs.job_kinds import JobKind
from domain.jobs.job_states import LIVE, JobState
from domain.jobs.jobs import Job, JobFilter, job_signal
from domain.paging import Page, Window
from domain.signals import newest
from resolvers.context import Context
from resolvers.jobs.loaders import jobs_by_id
from resolvers.jobs.shown_values import shown

LOOK_EVERY_S = 10.0
"""After how many seconds a followed job is read again without a signal, because one may be lost."""


async def jobs(
    context: Context,
    *,
    window: Window,
    state: JobState | None = None,
    kind: str | None = None,
    queue: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Page[Job]:
    """Return a page of all jobs for an operator, newest first."""
    given = JobFilter(state=state, kind=kind, queue=queue, since=since, until=until)
    asked = job_administration.checked_filter(job_table.KINDS, given)
    async with context.open_reads() as reads:
        await roles.require(reads.roles, user_id=context.user_id, role=Role.OPERATOR, now=context.now())
        return await reads.jobs.page(asked, window)


async def viewer_jobs(
    viewer: Viewer,
    context: Context,
    *,
    window: Window,
    state: JobState | None = None,
    kind: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Page[Job]:
    """Return a page of the caller's own jobs, newest first."""
    given = JobFilter(state=state, kind=kind, since=since, until=until)
    asked = job_administration.checked_filter(job_table.KINDS, given)
    async with context.open_reads() as reads:
        return await reads.jobs.page_of(viewer.user_id, asked, window)


async def result(job: Job, context: Context) -> dict[str, Any] | None:
    """Return what a job left, as the caller may see it."""
    return shown(context, job.result, of=job.user_id)


async def job_kinds(context: Context) -> list[JobKind]:  # noqa: ARG001 - every resolver takes the context
    """Return what can be started by hand, by name."""
    return [kind for _, kind in sorted(job_table.KINDS.items()) if kind.starter is not None]


async def start_job(
    context: Context,
    *,
    kind: str,
    idempotency_key: str,
    arguments: dict[str, Any] | None = None,
    run_at: datetime | None = None,
) -> Job:
    """Start a job by hand."""
    async with context.open_work() as work:
        return await manual_starts.start(
            work,
            context.act(),
            job_table.KINDS,
            kind=kind,
            arguments=arguments or {},
            run_at=run_at,
            key=idempotency_key,
        )


async def cancel_job(context: Context, *, id: JobId) -> Job:
    """Cancel a job."""
    async with context.open_work() as work:
        return await job_administration.cancel(work, context.act(), job_table.KINDS, id)


async def retry_jobs(
    context: Context, *, ids: list[JobId] | None = None, kind: str | None = None, queue: str | None = None
) -> list[Job]:
    """Queue failed jobs again."""
    async with context.open_work() as work:
        asked = FailedJobs(ids=ids, kind=kind, queue=queue)
        return await job_administration.retry(work, context.act(), job_table.KINDS, asked)


async def discard_jobs(
    context: Context,
    *,
    reason: str,
    ids: list[JobId] | None = None,
    kind: str | None = None,
    queue: str | None = None,
) -> list[Job]:
    """Give failed jobs up."""
    async with context.open_work() as work:
        asked = FailedJobs(ids=ids, kind=kind, queue=queue)
        return await job_administration.discard(work, context.act(), job_table.KINDS, asked, reason=reason)


async def job_progress(context: Context, *, id: JobId) -> AsyncIterator[Job]:
    """Yield a job now and at each change, until it has ended."""
    topic = job_signal(id).topic
    async with context.ports.signals.listen(topic) as signals:
        shown: Job | None = None
        while True:
            context.forget()
            job = await context.load(jobs_by_id, id)
            if job is None:
                raise NotFoundError("There is no such job.", field="id")
            if job != shown:
                yield job
            if job.state not in LIVE:
                return
            shown = job
            await newest(signals, within=LOOK_EVERY_S)
