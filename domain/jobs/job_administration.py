"""Job administration: operators cancel, retry and discard jobs, and pause queues; each act is in the audit log."""

from contextlib import suppress

from domain import text
from domain.accounts import audit, roles
from domain.accounts.audit import AuditAction
from domain.accounts.users import Role
from domain.accounts.work import AccountsWork
from domain.acts import Act
from domain.entities import entity
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from domain.ids import JobId
from domain.jobs.job_kinds import JobKinds
from domain.jobs.jobs import Job, JobEndedError, JobFilter, JobNotFailedError, job_signal
from domain.jobs.queues import JobQueue
from domain.jobs.work import JobsWork
from domain.refusals import all_at_once
from domain.time_spans import check_span

MOST_AT_ONCE = 1_000
"""How many jobs one act retries or discards at most."""
LONGEST_REASON = 500


@entity
class FailedJobs:
    """Which failed jobs an act is about: those with these ids, or the oldest of a kind and of a queue."""

    ids: list[JobId] | None = None
    kind: str | None = None
    queue: str | None = None


@entity
class PausedQueue:
    """A queue that is paused; `was_paused` where another act had paused it before, whose reason it keeps."""

    queue: JobQueue
    was_paused: bool


async def cancel(work: JobsWork, act: Act, kinds: JobKinds, job_id: JobId) -> Job:
    """Cancel a job that waits or runs; learners cancel their own, operators any.

    Raises NotFoundError, JobEndedError, or InvalidInputError for a job that a workflow or another row waits for.
    """
    sees_all = await _is_operator(work, act)
    (job,) = await work.jobs.by_ids([job_id], viewer_id=act.actor_id, sees_all=sees_all)
    if job is None:
        raise NotFoundError("There is no such job.", field="id")
    if job.workflow_id is not None:
        raise InvalidInputError(
            f"This job is a step of {job.workflow_id}; cancel that workflow instead.", field="id"
        )
    if stays := kinds[job.kind].stays if job.kind in kinds else "":
        raise InvalidInputError(f"A job of the kind {job.kind} cannot be cancelled. {stays}", field="id")
    cancelled = await work.jobs.cancel(job_id, now=act.now)
    if cancelled is None:
        raise JobEndedError("This job has ended; there is nothing to cancel.", field="id")
    work.emit(job_signal(job_id))
    await audit.record(
        work.audit, act, AuditAction.JOB_CANCELLED, target=job_id, difference={"kind": job.kind}
    )
    return cancelled


async def retry(work: JobsWork, act: Act, kinds: JobKinds, asked: FailedJobs) -> list[Job]:
    """Queue failed jobs again, at most 1 000; raises ForbiddenError, InvalidInputError or JobNotFailedError."""
    with all_at_once() as each:
        with each:
            await require_operator(work, act)
        with each:
            _check(kinds, asked)
    retried = await work.jobs.retry(await _failed(work, asked), now=act.now)
    return await _changed(work, act, AuditAction.JOB_RETRIED, retried, asked, reason=None)


async def discard(work: JobsWork, act: Act, kinds: JobKinds, asked: FailedJobs, *, reason: str) -> list[Job]:
    """Give failed jobs up for good, at most 1 000; raises ForbiddenError, InvalidInputError or JobNotFailedError."""
    with all_at_once() as each:
        with each:
            reason = text.prose(reason, field="reason", longest=LONGEST_REASON, shortest=1)
        with each:
            await require_operator(work, act)
        with each:
            _check(kinds, asked)
    discarded = await work.jobs.discard(await _failed(work, asked), now=act.now)
    return await _changed(work, act, AuditAction.JOB_DISCARDED, discarded, asked, reason=reason)


async def pause(work: JobsWork, act: Act, kinds: JobKinds, *, queue: str, reason: str) -> PausedQueue:
    """Let no job of the queue begin; those that run go on. Pausing a paused queue changes nothing, and tells so."""
    with all_at_once() as each:
        with each:
            reason = text.prose(reason, field="reason", longest=LONGEST_REASON, shortest=1)
        with each:
            await require_operator(work, act)
        with each:
            checked_queue(kinds, queue)
    is_new = await work.queues.pause(queue, by=act.actor_id, reason=reason, now=act.now)
    if is_new:
        difference: dict[str, str | None] = {"reason": reason}
        await audit.record(work.audit, act, AuditAction.QUEUE_PAUSED, target=queue, difference=difference)
    return PausedQueue(queue=await _queue(work, act, queue), was_paused=not is_new)


async def resume(work: JobsWork, act: Act, kinds: JobKinds, *, queue: str) -> JobQueue:
    """Let the jobs of the queue begin again. Resuming a running queue changes nothing."""
    await require_operator(work, act)
    checked_queue(kinds, queue)
    if await work.queues.resume(queue):
        await audit.record(work.audit, act, AuditAction.QUEUE_RESUMED, target=queue)
    return await _queue(work, act, queue)


def queue_names(kinds: JobKinds) -> list[str]:
    """Return the names of all queues."""
    return sorted({kind.queue for kind in kinds.values()})


def checked_queue(kinds: JobKinds, queue: str) -> str:
    """Return the name if there is such a queue; raises InvalidInputError that names those there are."""
    names = queue_names(kinds)
    if queue not in names:
        raise InvalidInputError(f"queue must be one of {', '.join(names)}.", field="queue")
    return queue


def checked_filter(kinds: JobKinds, asked: JobFilter) -> JobFilter:
    """Return the filter if there are such a kind and queue, and its span is one.

    Raises, all at once, InvalidInputErrors, which name the kinds and queues that there are.
    """
    with all_at_once() as each:
        with each:
            if asked.kind is not None and asked.kind not in kinds:
                raise InvalidInputError(f"kind must be one of {', '.join(sorted(kinds))}.", field="kind")
        with each:
            if asked.queue is not None:
                checked_queue(kinds, asked.queue)
        with each:
            check_span(asked.since, asked.until)
    return asked


async def _is_operator(work: JobsWork, act: Act) -> bool:
    with suppress(ForbiddenError):
        await require_operator(work, act)
        return True
    return False


async def require_operator(work: AccountsWork, act: Act) -> None:
    """Raise ForbiddenError unless the actor is an operator now, or the platform itself."""
    if act.actor_id is not None:
        await roles.require(work.roles, user_id=act.actor_id, role=Role.OPERATOR, now=act.now)


def _check(kinds: JobKinds, asked: FailedJobs) -> None:
    """Raise InvalidInputErrors for a filter that names what there is not, or too much."""
    with all_at_once() as each:
        with each:
            checked_filter(kinds, JobFilter(kind=asked.kind))
        with each:
            checked_filter(kinds, JobFilter(queue=asked.queue))
        with each:
            if asked.ids is not None and (asked.kind is not None or asked.queue is not None):
                raise InvalidInputError("Name ids, or a kind and a queue, not both.", field="ids")
        with each:
            if asked.ids is not None and len(asked.ids) > MOST_AT_ONCE:
                raise InvalidInputError(f"ids may hold at most {MOST_AT_ONCE}.", field="ids")


async def _failed(work: JobsWork, asked: FailedJobs) -> list[JobId]:
    if asked.ids is not None:
        return asked.ids
    return await work.jobs.failed(kind=asked.kind, queue=asked.queue, limit=MOST_AT_ONCE)


async def _changed(
    work: JobsWork, act: Act, action: AuditAction, jobs: list[Job], asked: FailedJobs, *, reason: str | None
) -> list[Job]:
    if asked.ids is not None and len(jobs) < len(set(asked.ids)):
        raise JobNotFailedError("A job of these has not failed; name failed jobs only.", field="ids")
    reasons = {} if reason is None else {"reason": reason}
    differences: dict[str, dict[str, str | None]] = {job.id: {"kind": job.kind, **reasons} for job in jobs}
    await audit.record_all(work.audit, act, action, differences=differences)
    for job in jobs:
        work.emit(job_signal(job.id))
    return jobs


async def _queue(work: JobsWork, act: Act, name: str) -> JobQueue:
    (queue,) = await work.queues.all([name], now=act.now)
    return queue
