"""Job runs: a worker begins a job, reports its progress, and ends it; a run that was taken over changes nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.entities import entity
from domain.errors import DomainError, UnavailableError
from domain.ids import JobId
from domain.jobs.job_kinds import Fraction, JobKind
from domain.jobs.jobs import Job, job_signal
from domain.jobs.runs import LONGEST_ERROR, LONGEST_NOTE, JobTakenOverError, Place, Run
from domain.jobs.work import EnqueueingWork
from domain.service_status.dependencies import PostponedError


@entity
class Failure:
    """What a failed attempt leads to: another one at `retry_at`, or None when the job is held.

    `is_stored` is false for a run that was taken over, whose failure does not count.
    """

    error: str
    retry_at: datetime | None
    is_stored: bool


class WorkersDiedError(DomainError):
    """The worker of a job ended while it ran, on every attempt."""

    code = "WORKERS_DIED"


def run_of(job: Job) -> Run:
    """Return the run that a job is in."""
    return Run(job_id=job.id, number=job.run)


async def begin(work: EnqueueingWork, job_id: JobId, *, entry_id: int, now: datetime) -> Job | None:
    """Begin the next attempt of a job; None where there is nothing to run."""
    job = await work.runs.begin(job_id, entry_id=entry_id, now=now)
    if job is not None:
        work.emit(job_signal(job_id))
    return job


async def begin_all(work: EnqueueingWork, places: Sequence[Place], *, now: datetime) -> list[Job | None]:
    """Begin the next attempts of jobs, usually by one statement; one slot per job, as `begin` fills it.

    A job that something else is changing begins alone, so that it does not hold up the others.
    """
    free = {job.id: job for job in await work.runs.begin_free(list(places), now=now)}
    for job_id in free:
        work.emit(job_signal(job_id))
    return [
        free[place.job_id]
        if place.job_id in free
        else await begin(work, place.job_id, entry_id=place.entry_id, now=now)
        for place in places
    ]


def refuse_worn_out(kind: JobKind, job: Job) -> None:
    """Raise WorkersDiedError for a job whose worker died on every attempt, so that it ends no further worker."""
    if job.attempts > kind.retries.attempts:
        raise WorkersDiedError("The worker ended while the job ran, on every attempt.")


async def hold(work: EnqueueingWork, run: Run) -> None:
    """Lock the job in the transaction; raises JobTakenOverError, so that a run that lost its job changes nothing."""
    if not await work.runs.hold(run):
        raise JobTakenOverError


async def report(work: EnqueueingWork, run: Run, *, progress: int, note: str | None = None) -> None:
    """Store the progress in percent, and a note for people; raises JobTakenOverError."""
    short = None if note is None else note[:LONGEST_NOTE]
    if not await work.runs.report(run, progress=min(max(progress, 0), 99), note=short):
        raise JobTakenOverError
    work.emit(job_signal(run.job_id))


async def succeed(work: EnqueueingWork, run: Run, *, result: dict[str, Any] | None, now: datetime) -> None:
    """End the job with its result; raises JobTakenOverError."""
    if not await work.runs.succeed(run, result=result, now=now):
        raise JobTakenOverError
    work.emit(job_signal(run.job_id))


async def fail(
    work: EnqueueingWork, kind: JobKind, job: Job, error: Exception, *, now: datetime, fraction: Fraction
) -> Failure:
    """Put a failed job back for its next attempt, or hold it after the last one or a final error."""
    run, text = run_of(job), error_text(error)
    work.emit(job_signal(job.id))
    is_final = isinstance(error, kind.retries.final) and not isinstance(error, UnavailableError)
    if is_final or job.attempts >= kind.retries.attempts:
        is_stored = await work.runs.fail(run, error=text, now=now)
        return Failure(error=text, retry_at=None, is_stored=is_stored)
    until = now + kind.retries.pause(job.attempts, fraction=fraction())
    is_stored = await work.runs.postpone(run, error=text, until=until, counts=True)
    return Failure(error=text, retry_at=until, is_stored=is_stored)


async def postpone(
    work: EnqueueingWork, job: Job, error: PostponedError, *, now: datetime, fraction: Fraction
) -> datetime:
    """Put back a job that waits for a service; return when it is tried again. The attempt is not counted.

    The pause is up to half as long again, so that jobs which were put back together do not come together.
    """
    until = now + error.retry_in * (1 + fraction() / 2)
    await work.runs.postpone(run_of(job), error=error_text(error), until=until, counts=False)
    work.emit(job_signal(job.id))
    return until


def error_text(error: Exception) -> str:
    """Return what people are told of an error: our own sentence, or the kind of any other, which may quote a value."""
    if isinstance(error, TimeoutError):
        return "It took longer than its time limit."
    text = error.message if isinstance(error, DomainError) else type(error).__name__
    return text[:LONGEST_ERROR]
