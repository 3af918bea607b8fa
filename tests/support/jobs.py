"""Operators, jobs, and steps of a job's life that several tests take."""

from typing import Any

from domain.accounts.users import Role, Viewer
from domain.ids import JobId, UserId
from domain.jobs import job_runs
from domain.jobs.job_states import JobState
from domain.jobs.jobs import Job
from domain.jobs.runs import Run
from domain.unit_of_work import Meter
from persistence.stores import SqlWork
from tests.builders.accounts import NOON
from tests.builders.acts import an_act
from tests.builders.jobs import start
from tests.support.schema_client import Asker


async def entry_of(work: SqlWork, job_id: JobId) -> int:
    """Return the job's place in the queue."""
    entry: int = await work.connection.raw.fetchval("SELECT entry_id FROM jobs WHERE id = $1", job_id)
    return entry


async def begun(work: SqlWork, job_id: JobId) -> Run:
    """Begin a run of the job."""
    job = await work.runs.begin(job_id, entry_id=await entry_of(work, job_id), now=NOON)
    assert job is not None
    return job_runs.run_of(job)


async def an_operator(ask: Asker, role: Role = Role.OPERATOR) -> Viewer:
    _, viewer = await ask.learner(roles=[Role.LEARNER, role])
    return viewer


async def queued(ask: Asker, user_id: UserId | None = None, **values: Any) -> Job:
    async with ask.postgres.open_work(Meter()) as work:
        return await start(work, an_act(now=ask.clock()), user_id=user_id, **values)


async def failed(ask: Asker) -> Job:
    job = await queued(ask)
    async with ask.postgres.open_work(Meter()) as work:
        await work.runs.fail(await begun(work, job.id), error="OSError", now=ask.clock())
    return job


async def one_in_each_state(ask: Asker, user_id: UserId) -> dict[str, JobId]:
    """Store a job of the user in every state; return their ids by the states' names."""
    jobs = {state.value: (await queued(ask, user_id)).id for state in JobState}
    async with ask.postgres.open_work(Meter()) as work:
        for state, job_id in jobs.items():
            if state not in {"QUEUED", "CANCELLED"}:
                run = await begun(work, job_id)
            if state in {"FAILED", "DISCARDED"}:
                await work.runs.fail(run, error="OSError", now=ask.clock())
            if state == "SUCCEEDED":
                await work.runs.succeed(run, result={"counted": 3}, now=ask.clock())
        await work.jobs.discard([jobs["DISCARDED"]], now=ask.clock())
        await work.jobs.cancel(jobs["CANCELLED"], now=ask.clock())
    return jobs
