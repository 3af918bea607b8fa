"""Schedule starts: the job of a schedule starts at its time, or when an operator says so."""

from collections.abc import Mapping

from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.errors import InvalidInputError
from domain.ids import JobId
from domain.jobs import job_administration, job_starts
from domain.jobs.job_kinds import NoArguments
from domain.jobs.job_starts import JobRequest
from domain.jobs.jobs import Job, job_signal
from domain.jobs.schedules import CronSchedule
from domain.jobs.work import EnqueueingWork, JobsWork


async def run_now(work: JobsWork, act: Act, schedules: Mapping[str, CronSchedule], *, name: str) -> Job:
    """Start the job of a schedule for an operator; raises ForbiddenError or InvalidInputError."""
    await job_administration.require_operator(work, act)
    schedule = schedules.get(name)
    if schedule is None:
        raise InvalidInputError(f"name must be one of {', '.join(sorted(schedules))}.", field="name")
    job = await start(work, act, schedule)
    await audit.record(work.audit, act, AuditAction.JOB_STARTED, target=job.id, difference={"schedule": name})
    return job


async def start(work: EnqueueingWork, act: Act, schedule: CronSchedule) -> Job:
    """Start the job of a schedule; while the one before has not ended, return that.

    One that lost its place in the queue gets a new one: otherwise it would keep its schedule from starting for good,
    and that of the job that looks for lost ones too.
    """
    wanted = JobId(act.mint("job"))
    request = JobRequest(id=wanted, arguments=NoArguments(), dedupe_key=f"schedule:{schedule.name}")
    job = await job_starts.start(work, act, schedule.kind, request)
    if job.id != wanted and await work.jobs.requeue_if_lost(job.id):
        work.emit(job_signal(job.id))
    return job
