"""Resolvers of queues, workers and schedules."""

from domain import job_table
from domain.accounts import roles
from domain.accounts.users import Role
from domain.jobs import job_administration, schedule_starts
from domain.jobs.job_administration import PausedQueue
from domain.jobs.jobs import Job
from domain.jobs.queues import GONE_AFTER, JobQueue, JobWorker
from domain.jobs.schedules import Schedule
from resolvers.context import Context

MOST_WORKERS = 1_000


async def job_queues(context: Context) -> list[JobQueue]:
    """Return the queues for an operator, by name."""
    names = job_administration.queue_names(job_table.KINDS)
    async with context.open_reads() as reads:
        await roles.require(reads.roles, user_id=context.user_id, role=Role.OPERATOR, now=context.now())
        return await reads.queues.all(names, now=context.now())


async def job_workers(context: Context) -> list[JobWorker]:
    """Return the workers that live, for an operator, oldest first."""
    now = context.now()
    async with context.open_reads() as reads:
        await roles.require(reads.roles, user_id=context.user_id, role=Role.OPERATOR, now=now)
        return (await reads.queues.workers(since=now - GONE_AFTER))[:MOST_WORKERS]


async def job_schedules(context: Context) -> list[Schedule]:
    """Return the schedules for an operator, by name."""
    async with context.open_reads() as reads:
        await roles.require(reads.roles, user_id=context.user_id, role=Role.OPERATOR, now=context.now())
        return await reads.schedules.read(sorted(job_table.SCHEDULES.values(), key=lambda each: each.name))


async def pause_queue(context: Context, *, queue: str, reason: str) -> PausedQueue:
    """Let no job of a queue begin."""
    async with context.open_work() as work:
        return await job_administration.pause(
            work, context.act(), job_table.KINDS, queue=queue, reason=reason
        )


async def resume_queue(context: Context, *, queue: str) -> JobQueue:
    """Let the jobs of a queue begin again."""
    async with context.open_work() as work:
        return await job_administration.resume(work, context.act(), job_table.KINDS, queue=queue)


async def run_schedule(context: Context, *, name: str) -> Job:
    """Start the job of a schedule now."""
    async with context.open_work() as work:
        return await schedule_starts.run_now(work, context.act(), job_table.SCHEDULES, name=name)
