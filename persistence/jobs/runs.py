"""Runs of jobs in Postgres: each change says which run it is of, and does nothing once the job is in another."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Integer, bindparam, select, text
from sqlalchemy import update as update_
from sqlalchemy.dialects.postgresql import JSONB

from domain.ids import JobId
from domain.jobs.job_states import JobState
from domain.jobs.jobs import Job
from domain.jobs.runs import DONE, Place, Run
from persistence.database import SqlConnection
from persistence.jobs.jobs import JOB_COLUMNS, make_job
from persistence.statements import ID, MOMENT, Statement
from persistence.tables.jobs.jobs import IS_LIVE, jobs

_BEGUN = f"""
    state = '{JobState.RUNNING.value}', attempts = attempts + 1, run = run + 1, started_at = :now,
    progress = 0, note = NULL, next_run_at = NULL
"""
_BEGIN = Statement(
    text(f"""
    UPDATE jobs SET {_BEGUN} WHERE id = :job_id AND entry_id = :entry_id AND {IS_LIVE} RETURNING {JOB_COLUMNS}
    """).bindparams(  # noqa: S608 - names of columns
        bindparam("now", type_=MOMENT), bindparam("job_id", type_=ID), bindparam("entry_id", type_=BigInteger)
    ),
    make_job,
)
_BEGIN_FREE = Statement(
    text(f"""
    WITH free AS (
        SELECT jobs.id AS free_id FROM unnest(:ids, :entry_ids) AS given (id, entry_id)
        JOIN jobs ON jobs.id = given.id AND jobs.entry_id = given.entry_id
        WHERE {IS_LIVE} FOR UPDATE OF jobs SKIP LOCKED
    )
    UPDATE jobs SET {_BEGUN} FROM free WHERE id = free_id RETURNING {JOB_COLUMNS}
    """).bindparams(  # noqa: S608 - names of columns
        bindparam("now", type_=MOMENT),
        bindparam("ids", type_=ARRAY(ID)),
        bindparam("entry_ids", type_=ARRAY(BigInteger)),
    ),
    make_job,
)
_is_in_run = (
    (jobs.c.id == bindparam("job_id"))
    & (jobs.c.run == bindparam("number"))
    & (jobs.c.state == JobState.RUNNING.value)
)
_HOLD = Statement(select(jobs.c.id).where(_is_in_run).with_for_update())
_in_run = update_(jobs).where(_is_in_run)
_REPORT = Statement(_in_run.values(progress=bindparam("progress"), note=bindparam("note")))
_SUCCEED = Statement(
    _in_run.values(
        state=JobState.SUCCEEDED.value,
        progress=DONE,
        error=None,
        result=bindparam("result", type_=JSONB(none_as_null=True)),
        finished_at=bindparam("now", type_=MOMENT),
    )
)
_FAIL = Statement(
    _in_run.values(
        state=JobState.FAILED.value,
        error=bindparam("error"),
        finished_at=bindparam("now", type_=MOMENT),
    )
)
_POSTPONE = Statement(
    _in_run.values(
        state=JobState.QUEUED.value,
        error=bindparam("error"),
        next_run_at=bindparam("until", type_=MOMENT),
        attempts=jobs.c.attempts - bindparam("uncounted", type_=Integer),
    )
)


class SqlRuns:
    """The runs of the jobs in the table `jobs`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def begin(self, job_id: JobId, *, entry_id: int, now: datetime) -> Job | None:
        """Begin a run of a live job if `entry_id` is its place in the queue; None if there is nothing to run."""
        return await self._connection.first(_BEGIN, job_id=job_id, entry_id=entry_id, now=now)

    async def begin_free(self, places: Sequence[Place], *, now: datetime) -> list[Job]:
        """Do the same for many, in any order, and leave out those that something else is changing right now."""
        ids, entry_ids = [place.job_id for place in places], [place.entry_id for place in places]
        return await self._connection.all(_BEGIN_FREE, ids=ids, entry_ids=entry_ids, now=now)

    async def hold(self, run: Run) -> bool:
        """Lock the job until the transaction ends; tells whether it is still in this run."""
        return await self._connection.value(_HOLD, **_named(run)) is not None

    async def report(self, run: Run, *, progress: int, note: str | None) -> bool:
        """Store the progress; tells whether the job is still in this run."""
        return await self._connection.run(_REPORT, **_named(run), progress=progress, note=note) > 0

    async def succeed(self, run: Run, *, result: dict[str, Any] | None, now: datetime) -> bool:
        """End the job; tells whether it was still in this run."""
        return await self._connection.run(_SUCCEED, **_named(run), result=result, now=now) > 0

    async def postpone(self, run: Run, *, error: str | None, until: datetime, counts: bool) -> bool:
        """Put a running job back; without `counts` the attempt is not counted. The engine moves its place."""
        values = _named(run) | {"error": error, "until": until, "uncounted": int(not counts)}
        return await self._connection.run(_POSTPONE, **values) > 0

    async def fail(self, run: Run, *, error: str, now: datetime) -> bool:
        """Hold the job as failed; tells whether it was still in this run."""
        return await self._connection.run(_FAIL, **_named(run), error=error, now=now) > 0


def _named(run: Run) -> dict[str, Any]:
    return {"job_id": run.job_id, "number": run.number}
