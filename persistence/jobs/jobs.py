"""Jobs in Postgres: each change of a job and of its place in the queue is one statement."""

from datetime import datetime
from itertools import combinations
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Boolean,
    ColumnElement,
    Integer,
    any_,
    bindparam,
    or_,
    select,
    text,
)
from sqlalchemy import update as update_

from domain.ids import JobId, UserId
from domain.jobs.job_states import LIVE, JobState
from domain.jobs.jobs import Job, JobFilter, NewJob
from domain.paging import Page, Window
from domain.time_spans import ids_within
from persistence.database import SqlConnection
from persistence.jobs.queue_entries import NEXT_ENTRY, notice, queued, removed
from persistence.paging import Pages
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT, Statement, by_key, columns_for
from persistence.tables.jobs.jobs import IS_LIVE, jobs

make_job = maker(Job, state=member_of(JobState))
_columns = columns_for(Job, jobs)
JOB_COLUMNS = ", ".join(column.name for column in _columns)
_JOB = ", ".join(f"jobs.{column.name}" for column in _columns)

_TYPES: dict[str, Any] = {
    "priority": "int[]",
    "arguments": "jsonb[]",
    "created_at": "timestamptz[]",
    "next_run_at": "timestamptz[]",
}
_NEW = list(NewJob.__slots__)  # type: ignore[attr-defined]
_GIVEN = ", ".join(f"CAST(:{name} AS {_TYPES.get(name, 'text[]')})" for name in _NEW)
ADD = Statement(
    text(f"""
    WITH given AS MATERIALIZED (
        SELECT {NEXT_ENTRY} AS entry_id, place, {", ".join(_NEW)}
        FROM unnest({_GIVEN}) WITH ORDINALITY AS given ({", ".join(_NEW)}, place)
    ), added AS (
        INSERT INTO jobs (entry_id, {", ".join(_NEW)})
        SELECT entry_id, {", ".join(_NEW)} FROM given ORDER BY dedupe_key, place
        ON CONFLICT (kind, dedupe_key) WHERE {IS_LIVE} DO UPDATE SET dedupe_key = excluded.dedupe_key
        RETURNING {JOB_COLUMNS}, entry_id, dedupe_key, xmax = 0 AS is_new
    ), {queued("added WHERE is_new")}
    SELECT {JOB_COLUMNS} FROM (
        SELECT place, added.* FROM given JOIN added ON added.id = given.id
        UNION ALL
        SELECT place, added.* FROM given JOIN added USING (kind, dedupe_key) WHERE NOT is_new
    ) AS added
    ORDER BY place
    """),  # noqa: S608 - names of columns
    make_job,
)
_BY_IDS = Statement(
    select(*_columns)
    .where(jobs.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(or_(bindparam("sees_all", type_=Boolean), jobs.c.user_id == bindparam("viewer_id", type_=ID))),
    make_job,
)
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    name: jobs.c[name] == bindparam(name) for name in ("state", "kind", "queue")
}


def _pages(*conditions: ColumnElement[bool]) -> Pages[Job]:
    return Pages(
        select(*_columns)
        .where(*conditions)
        .where(jobs.c.id >= bindparam("lowest"))
        .where(jobs.c.id < bindparam("highest")),
        order=[jobs.c.id],
        descending=True,
        make=make_job,
        key_of=lambda job: (job.id,),
        name="jobs",
    )


_SETS = [names for length in range(len(_CONDITIONS) + 1) for names in combinations(_CONDITIONS, length)]
_PAGES = {names: _pages(*(_CONDITIONS[name] for name in names)) for names in _SETS}
_OWN_PAGES = {
    names: _pages(jobs.c.user_id == bindparam("user_id"), *(_CONDITIONS[name] for name in names))
    for names in _SETS
}
"""One statement for each set of conditions: with only the conditions in use, it can follow an index."""

_CANCEL = Statement(
    text(f"""
    WITH before AS (
        SELECT id, entry_id, state FROM jobs WHERE id = :job_id AND {IS_LIVE} FOR UPDATE
    ), ended AS (
        UPDATE jobs SET state = '{JobState.CANCELLED.value}', finished_at = :now, next_run_at = NULL FROM before
        WHERE jobs.id = before.id RETURNING {_JOB}, jobs.entry_id, before.state AS was
    ), {removed("ended")}
    SELECT {JOB_COLUMNS}, {notice("cancellation_event", ids="json_build_array(entry_id)")} FROM ended
    """).bindparams(bindparam("job_id", type_=ID), bindparam("now", type_=MOMENT)),  # noqa: S608 - names of columns
    lambda *columns: make_job(*columns[:-1]),
)
_RETRY = Statement(
    text(f"""
    WITH again AS (
        UPDATE jobs SET state = 'QUEUED', attempts = 0, progress = 0, note = NULL, finished_at = NULL,
            next_run_at = :now, entry_id = {NEXT_ENTRY}
        WHERE id = ANY (:ids) AND state = 'FAILED' AND NOT EXISTS (
            SELECT FROM jobs AS twin
            WHERE twin.kind = jobs.kind AND twin.dedupe_key = jobs.dedupe_key AND twin.{IS_LIVE}
        )
        RETURNING {JOB_COLUMNS}, entry_id
    ), {queued("again")}
    SELECT {JOB_COLUMNS} FROM again ORDER BY id
    """).bindparams(bindparam("ids", type_=ARRAY(ID)), bindparam("now", type_=MOMENT)),  # noqa: S608 - names of columns
    make_job,
)
_DISCARD = Statement(
    update_(jobs)
    .where(jobs.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(jobs.c.state == JobState.FAILED.value)
    .values(state=JobState.DISCARDED.value, finished_at=bindparam("now", type_=MOMENT))
    .returning(*_columns),
    make_job,
)
_FAILED = {
    names: Statement(
        select(jobs.c.id)
        .where(jobs.c.state == JobState.FAILED.value, *(_CONDITIONS[name] for name in names))
        .order_by(jobs.c.id)
        .limit(bindparam("most", type_=Integer)),
        JobId,
    )
    for names in _SETS
    if "state" not in names
}


def _requeue(which: str, bound: BindParameter[Any]) -> Statement[Any]:
    return Statement(
        text(f"""
        WITH lost AS (
            SELECT id, entry_id FROM jobs WHERE {IS_LIVE} AND NOT EXISTS (
                SELECT FROM pgqueuer WHERE pgqueuer.id = jobs.entry_id AND status IN ('queued', 'picked')
            ) {which} FOR UPDATE SKIP LOCKED
        ), again AS (
            UPDATE jobs SET state = 'QUEUED', next_run_at = coalesce(next_run_at, now()), entry_id = {NEXT_ENTRY}
            FROM lost WHERE jobs.id = lost.id RETURNING {_JOB}, jobs.entry_id
        ), {removed("lost")}, {queued("again")}
        SELECT count(*) FROM again
        """).bindparams(bound)  # noqa: S608 - names of columns
    )


_REQUEUE_LOST = _requeue("ORDER BY id LIMIT :most", bindparam("most", type_=Integer))
_REQUEUE_ONE = _requeue("AND id = :job_id", bindparam("job_id", type_=ID))
_FORGET = Statement(
    text("""
    DELETE FROM jobs WHERE id IN (
        SELECT id FROM jobs WHERE finished_at < :before AND state <> 'FAILED' ORDER BY finished_at LIMIT 10000
    )
    """).bindparams(bindparam("before", type_=MOMENT))
)
assert {state.value for state in LIVE} == {"QUEUED", "RUNNING"}  # noqa: S101 - IS_LIVE says so in SQL


class SqlJobs:
    """The jobs in the table `jobs`, with their entries in the tables of pgqueuer."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, new: list[NewJob]) -> list[Job]:
        """Queue the jobs, in order; one whose kind and deduplication key are live already gives the live job."""
        columns = {name: [getattr(job, name) for job in new] for name in _NEW}
        return await self._connection.all(ADD, **columns)

    async def by_ids(self, ids: list[JobId], *, viewer_id: UserId | None, sees_all: bool) -> list[Job | None]:
        """Return one slot per id, in order; jobs of others are filled with `sees_all` only."""
        found = await self._connection.all(_BY_IDS, ids=ids, viewer_id=viewer_id, sees_all=sees_all)
        return by_key(ids, found, lambda job: job.id)

    async def page(self, asked: JobFilter, window: Window) -> Page[Job]:
        """Return the jobs that pass the filter, newest first."""
        values = _values(asked)
        return await _PAGES[tuple(values)].read(self._connection, window, **values, **_span(asked))

    async def page_of(self, user_id: UserId, asked: JobFilter, window: Window) -> Page[Job]:
        """Return the jobs of a user that pass the filter, newest first."""
        values = _values(asked)
        pages = _OWN_PAGES[tuple(values)]
        return await pages.read(self._connection, window, user_id=user_id, **values, **_span(asked))

    async def cancel(self, job_id: JobId, *, now: datetime) -> Job | None:
        """End a live job, take its place from the queue, and tell its worker; None if it has ended."""
        return await self._connection.first(_CANCEL, job_id=job_id, now=now)

    async def retry(self, ids: list[JobId], *, now: datetime) -> list[Job]:
        """Queue failed jobs again; return those that were."""
        return await self._connection.all(_RETRY, ids=ids, now=now)

    async def discard(self, ids: list[JobId], *, now: datetime) -> list[Job]:
        """Give failed jobs up; return those that were."""
        return await self._connection.all(_DISCARD, ids=ids, now=now)

    async def failed(self, *, kind: str | None, queue: str | None, limit: int) -> list[JobId]:
        """Return the ids of failed jobs, oldest first."""
        values = _values(JobFilter(kind=kind, queue=queue))
        return await self._connection.all(_FAILED[tuple(values)], most=limit, **values)

    async def requeue_lost(self, *, limit: int) -> int:
        """Give live jobs without a place in the queue a new one; return how many there were."""
        count: int = await self._connection.value(_REQUEUE_LOST, most=limit)
        return count

    async def requeue_if_lost(self, job_id: JobId) -> bool:
        """Give a live job a new place in the queue if it has none; tells whether it had none."""
        count: int = await self._connection.value(_REQUEUE_ONE, job_id=job_id)
        return count > 0

    async def forget(self, *, before: datetime) -> int:
        """Remove jobs that ended before, except failed ones; return how many."""
        return await self._connection.run(_FORGET, before=before)


def _span(asked: JobFilter) -> dict[str, str]:
    lowest, highest = ids_within(JobId, asked.since, asked.until)
    return {"lowest": lowest, "highest": highest}


def _values(asked: JobFilter) -> dict[str, str]:
    wanted = {
        "state": None if asked.state is None else asked.state.value,
        "kind": asked.kind,
        "queue": asked.queue,
    }
    return {name: value for name, value in wanted.items() if value is not None}
