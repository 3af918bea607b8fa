"""Database figures: what waits in the tables, and the counters of Postgres, in one statement for metrics."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from domain.unit_of_work import Meter
from persistence.database import Database
from persistence.statements import Statement


@dataclass(frozen=True, slots=True)
class DatabaseFigures:
    """The figures of one moment; counters are those of Postgres since its statistics were reset."""

    pending_xp: int
    pending_xp_since: datetime | None
    waiting_mails: int
    waiting_mails_since: datetime | None
    connections: int
    connections_largest: int
    commits: int
    rollbacks: int
    blocks_hit: int
    blocks_read: int
    deadlocks: int
    temporary_bytes: int
    size_bytes: int


_FIGURES = Statement(
    text("""
        SELECT pending.number, pending.since, waiting.number, waiting.since,
            (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
            current_setting('max_connections')::int,
            s.xact_commit, s.xact_rollback, s.blks_hit, s.blks_read, s.deadlocks, s.temp_bytes,
            pg_database_size(s.datid)
        FROM pg_stat_database s
        CROSS JOIN (SELECT count(*) AS number, min(occurred_at) AS since FROM xp_entries WHERE status = 'PENDING')
            AS pending
        CROSS JOIN (
            SELECT count(*) AS number, min(posted_at) AS since FROM mails
            WHERE sent_at IS NULL AND given_up_at IS NULL
        ) AS waiting
        WHERE s.datname = current_database()
    """),
    DatabaseFigures,
)


async def read(database: Database) -> DatabaseFigures:
    """Read the figures; raises UnavailableError where Postgres does not answer."""
    async with database.connection(Meter()) as connection:
        found = await connection.first(_FIGURES)
    if found is None:
        raise LookupError("pg_stat_database has no row of this database")
    return found
