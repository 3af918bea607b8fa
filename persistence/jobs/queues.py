"""Queues and workers in Postgres."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, Integer, Interval, Text, bindparam, delete, select, text
from sqlalchemy import update as update_
from sqlalchemy.dialects.postgresql import insert

from domain.ids import UserId, WorkerId
from domain.jobs.queues import RATE_WINDOW, JobQueue, JobWorker
from domain.jobs.rates import JobRate
from persistence.database import SqlConnection
from persistence.row_mapping import maker
from persistence.statements import ID, MOMENT, Statement, columns_for
from persistence.tables.jobs.jobs import job_queues, job_workers

_BURST_S = 0.2
"""Workers look ten times a second while jobs wait; so much of a rate may begin at once."""


_make = maker(JobQueue)
_RATE = slice(7, 10)
"""Where the columns of the rate are among those of a queue."""


def _queue(*columns: Any) -> JobQueue:
    kind, jobs, seconds = columns[_RATE]
    rate = None if kind is None else JobRate(kind=kind, jobs=jobs, seconds=seconds)
    return _make(*columns[: _RATE.start], rate, *columns[_RATE.stop :])


_MINUTES = RATE_WINDOW.total_seconds() / 60
_ALL = Statement(
    text(f"""
    SELECT asked.name, due.count, later.count, running.count, failed.count, due.oldest,
        (ended.count / {_MINUTES})::float8, q.rate_kind, q.rate_jobs, q.rate_seconds,
        q.paused_at, q.paused_by, q.pause_reason
    FROM unnest(:names) WITH ORDINALITY AS asked (name, place)
    LEFT JOIN job_queues q ON q.name = asked.name,
    LATERAL (SELECT count(*), min(next_run_at) AS oldest FROM jobs
        WHERE queue = asked.name AND state = 'QUEUED' AND next_run_at <= :now) due,
    LATERAL (SELECT count(*) FROM jobs
        WHERE queue = asked.name AND state = 'QUEUED' AND next_run_at > :now) later,
    LATERAL (SELECT count(*) FROM jobs WHERE queue = asked.name AND state = 'RUNNING') running,
    LATERAL (SELECT count(*) FROM jobs WHERE queue = asked.name AND state = 'FAILED') failed,
    LATERAL (SELECT count(*) FROM jobs WHERE queue = asked.name AND finished_at > :since) ended
    ORDER BY asked.place
    """).bindparams(  # noqa: S608 - a number
        bindparam("names", type_=ARRAY(ID)),
        bindparam("now", type_=MOMENT),
        bindparam("since", type_=MOMENT),
    ),
    _queue,
)
_PAUSE = Statement(
    text("""
    INSERT INTO job_queues (name, paused_at, paused_by, pause_reason) VALUES (:name, :now, :by, :reason)
    ON CONFLICT (name) DO UPDATE SET paused_at = :now, paused_by = :by, pause_reason = :reason
        WHERE job_queues.paused_at IS NULL
    """).bindparams(
        bindparam("name", type_=ID),
        bindparam("now", type_=MOMENT),
        bindparam("by", type_=ID),
        bindparam("reason", type_=Text),
    )
)
_RESUME = Statement(
    update_(job_queues)
    .where(job_queues.c.name == bindparam("queue"), job_queues.c.paused_at.is_not(None))
    .values(paused_at=None, paused_by=None, pause_reason=None)
)
_PAUSED = Statement(select(job_queues.c.name).where(job_queues.c.paused_at.is_not(None)), str)
_SET_RATES = Statement(
    text("""
    WITH given AS (
        SELECT * FROM unnest(:names, :kinds, :jobs, :seconds) AS given (name, kind, jobs, seconds)
    ), cleared AS (
        UPDATE job_queues SET rate_kind = NULL, rate_jobs = NULL, rate_seconds = NULL, rate_free_at = NULL
        WHERE name = ANY (:queues) AND name <> ALL (:names) AND rate_kind IS NOT NULL
    )
    INSERT INTO job_queues (name, rate_kind, rate_jobs, rate_seconds) SELECT name, kind, jobs, seconds FROM given
    ON CONFLICT (name) DO UPDATE SET rate_kind = excluded.rate_kind, rate_jobs = excluded.rate_jobs,
        rate_seconds = excluded.rate_seconds
    """).bindparams(
        *(bindparam(name, type_=ARRAY(Text)) for name in ("queues", "names", "kinds")),
        *(bindparam(name, type_=ARRAY(Integer)) for name in ("jobs", "seconds")),
    )
)
_RATES = Statement(
    select(*(job_queues.c[name] for name in ("name", "rate_kind", "rate_jobs", "rate_seconds"))).where(
        job_queues.c.rate_kind.is_not(None)
    )
)
_TAKE = Statement(
    text(f"""
    WITH rate AS MATERIALIZED (
        SELECT rate_kind, greatest(rate_free_at, now()) AS from_at,
            (rate_seconds * interval '1 second') / rate_jobs AS step,
            greatest(1, ceil(rate_jobs * {_BURST_S} / rate_seconds)) AS burst
        FROM job_queues WHERE name = :queue AND rate_kind IS NOT NULL FOR UPDATE
    ), due AS (
        SELECT count(*) FROM (
            SELECT FROM pgqueuer, rate WHERE entrypoint = rate_kind AND execute_after < now()
            AND (status = 'queued' OR status = 'picked' AND heartbeat < now() - :stale_after) LIMIT :at_most
        ) found
    ), taken AS (
        SELECT rate.*, least(due.count, floor(
            extract(epoch FROM now() + burst * step - from_at) / extract(epoch FROM step)
        ))::int AS jobs FROM rate, due
    )
    UPDATE job_queues SET rate_free_at = from_at + taken.jobs * step FROM taken
    WHERE name = :queue AND taken.jobs > 0 RETURNING taken.jobs
    """).bindparams(  # noqa: S608 - a number
        bindparam("queue", type_=ID),
        bindparam("at_most", type_=Integer),
        bindparam("stale_after", type_=Interval),
    )
)
"""The generic cell rate algorithm: `rate_free_at` is when the rate would be used up by what has begun."""
_GIVE_BACK = Statement(
    text("""
    UPDATE job_queues SET rate_free_at = rate_free_at - :count * (rate_seconds * interval '1 second') / rate_jobs
    WHERE name = :queue
    """).bindparams(bindparam("queue", type_=ID), bindparam("count", type_=Integer))
)
_given = insert(job_workers).values({column.name: bindparam(column.name) for column in job_workers.c})
_BEAT = Statement(
    _given.on_conflict_do_update(
        index_elements=[job_workers.c.id],
        set_={"running": _given.excluded.running, "seen_at": _given.excluded.seen_at},
    )
)
_LEAVE = Statement(delete(job_workers).where(job_workers.c.id == bindparam("worker_id")))
_GONE = Statement(delete(job_workers).where(job_workers.c.seen_at < bindparam("before")))
_FORGET_LOG = Statement(
    text("DELETE FROM pgqueuer_log WHERE created < :before").bindparams(bindparam("before", type_=MOMENT))
)
_WORKERS = Statement(
    select(*columns_for(JobWorker, job_workers))
    .where(job_workers.c.seen_at >= bindparam("since", type_=MOMENT))
    .order_by(job_workers.c.id),
    JobWorker,
)


class SqlQueues:
    """The queues of jobs, and the workers in the table `job_workers`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def all(self, names: list[str], *, now: datetime) -> list[JobQueue]:
        """Return the queues of these names, in order."""
        return await self._connection.all(_ALL, names=names, now=now, since=now - RATE_WINDOW)

    async def pause(self, name: str, *, by: UserId | None, reason: str, now: datetime) -> bool:
        """Let no job of the queue begin; tells whether it was running before."""
        return await self._connection.run(_PAUSE, name=name, by=by, reason=reason, now=now) > 0

    async def resume(self, name: str) -> bool:
        """Let its jobs begin again, and wake the workers; tells whether it was paused before."""
        return await self._connection.run(_RESUME, queue=name) > 0

    async def paused(self) -> list[str]:
        """Return the names of the paused queues."""
        return await self._connection.all(_PAUSED)

    async def set_rates(self, queues: list[str], rates: dict[str, JobRate]) -> None:
        """Store the rates of these queues, by queue; all workers hold them within seconds."""
        values = list(rates.values())
        await self._connection.run(
            _SET_RATES,
            queues=queues,
            names=list(rates),
            kinds=[rate.kind for rate in values],
            jobs=[rate.jobs for rate in values],
            seconds=[rate.seconds for rate in values],
        )

    async def rates(self) -> dict[str, JobRate]:
        """Return the rates by queue."""
        rows = await self._connection.rows(_RATES)
        return {name: JobRate(kind=kind, jobs=jobs, seconds=seconds) for name, kind, jobs, seconds in rows}

    async def take(self, queue: str, *, at_most: int, stale_after: timedelta) -> int:
        """Return how many jobs of the rated kind may begin now, and count them as begun."""
        taken = await self._connection.value(_TAKE, queue=queue, at_most=at_most, stale_after=stale_after)
        return taken or 0

    async def give_back(self, queue: str, count: int) -> None:
        """Count as not begun so many jobs that were taken."""
        await self._connection.run(_GIVE_BACK, queue=queue, count=count)

    async def beat(self, worker: JobWorker) -> None:
        """Store that a worker lives."""
        values = {column.name: getattr(worker, column.name) for column in job_workers.c}
        await self._connection.run(_BEAT, **values)

    async def leave(self, worker_id: WorkerId) -> None:
        """Remove a worker that ends."""
        await self._connection.run(_LEAVE, worker_id=worker_id)

    async def workers(self, *, since: datetime) -> list[JobWorker]:
        """Return the workers seen since then, oldest first."""
        return await self._connection.all(_WORKERS, since=since)

    async def forget(self, *, before: datetime, log_before: datetime) -> None:
        """Remove workers that were last seen before, and what pgqueuer logged before."""
        await self._connection.run(_GONE, before=before)
        await self._connection.run(_FORGET_LOG, before=log_before)
