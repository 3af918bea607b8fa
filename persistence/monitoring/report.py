"""Report on a database: sizes, indexes and their use, dead rows and empty space, vacuum, the longest statements.

Every figure is of Postgres' statistics, which count since they were reset; bloat is an estimate from the mean width of
the columns, without what is stored outside of the table (TOAST).
"""

from collections.abc import Sequence
from typing import Any

import asyncpg
from sqlalchemy import text

from domain.unit_of_work import Meter
from persistence.database import Database
from persistence.sql_connection import SqlConnection
from persistence.statements import Statement

Rows = list[dict[str, Any]]


def _rows(sql: str) -> Statement[Any]:
    return Statement(text(sql), lambda *columns: columns)


_TABLES = _rows("""
    SELECT s.relname, pg_total_relation_size(s.relid), s.n_live_tup, s.n_dead_tup,
        round(100.0 * s.n_dead_tup / greatest(s.n_live_tup + s.n_dead_tup, 1), 1)::float,
        s.seq_scan, coalesce(s.idx_scan, 0)
    FROM pg_stat_user_tables s ORDER BY 2 DESC LIMIT CAST(:limit AS int)
""")
_INDEXES = _rows("""
    SELECT s.relname, s.indexrelname, pg_relation_size(s.indexrelid), s.idx_scan
    FROM pg_stat_user_indexes s ORDER BY 3 DESC, 2 LIMIT CAST(:limit AS int)
""")
_UNUSED = _rows("""
    SELECT s.relname, s.indexrelname, pg_relation_size(s.indexrelid)
    FROM pg_stat_user_indexes s JOIN pg_index i ON i.indexrelid = s.indexrelid
    WHERE s.idx_scan = 0 AND NOT i.indisunique
    ORDER BY 3 DESC, 2 LIMIT CAST(:limit AS int)
""")
_BLOAT = _rows("""
    WITH widths AS (
        SELECT schemaname, tablename, sum((1 - null_frac) * avg_width) + 28 AS width FROM pg_stats
        GROUP BY schemaname, tablename
    ), sizes AS (
        SELECT c.relname, pg_relation_size(c.oid) AS bytes,
            greatest(ceil(c.reltuples * w.width / (current_setting('block_size')::int - 24)), 1)
                * current_setting('block_size')::int AS needed
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN widths w ON w.schemaname = n.nspname AND w.tablename = c.relname
        WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND c.reltuples > 0
    )
    SELECT relname, bytes, greatest(bytes - needed, 0)::bigint,
        round((100 * greatest(bytes - needed, 0) / greatest(bytes, 1))::numeric, 1)::float
    FROM sizes WHERE bytes > 0 ORDER BY 3 DESC, 1 LIMIT CAST(:limit AS int)
""")
_VACUUM = _rows("""
    SELECT s.relname, age(c.relfrozenxid),
        round(100.0 * age(c.relfrozenxid) / current_setting('autovacuum_freeze_max_age')::int, 1)::float,
        greatest(s.last_vacuum, s.last_autovacuum), greatest(s.last_analyze, s.last_autoanalyze)
    FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
    ORDER BY 2 DESC, 1 LIMIT CAST(:limit AS int)
""")
_HAS_STATEMENTS = _rows("SELECT 1 FROM pg_extension WHERE extname = 'pg_stat_statements'")
_STATEMENTS = _rows("""
    SELECT round(s.total_exec_time::numeric, 1)::float, s.calls, round(s.mean_exec_time::numeric, 2)::float,
        round(s.max_exec_time::numeric, 1)::float, s.rows, left(regexp_replace(s.query, '\\s+', ' ', 'g'), 200)
    FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
    WHERE d.datname = current_database() ORDER BY 1 DESC LIMIT CAST(:limit AS int)
""")
_SECTIONS: Sequence[tuple[str, Statement[Any], tuple[str, ...]]] = (
    ("tables", _TABLES, ("table", "bytes", "rows", "dead_rows", "dead_percent", "scans", "index_scans")),
    ("indexes", _INDEXES, ("table", "index", "bytes", "scans")),
    ("unused_indexes", _UNUSED, ("table", "index", "bytes")),
    ("bloat", _BLOAT, ("table", "bytes", "bloat_bytes", "bloat_percent")),
    ("vacuum", _VACUUM, ("table", "age", "percent_of_freeze", "vacuumed_at", "analyzed_at")),
)
_OF_STATEMENTS = ("total_ms", "calls", "mean_ms", "longest_ms", "rows", "statement")


async def read(database: Database, *, limit: int) -> dict[str, Rows | None]:
    """Return each section with its first rows; `statements` is None without pg_stat_statements."""
    async with database.connection(Meter()) as connection:
        sections: dict[str, Rows | None] = {
            name: await _section(connection, statement, columns, limit)
            for name, statement, columns in _SECTIONS
        }
        sections["statements"] = await _statements(connection, limit)
    return sections


async def _section(
    connection: SqlConnection, statement: Statement[Any], columns: tuple[str, ...], limit: int
) -> Rows:
    found = await connection.all(statement, limit=limit)
    return [dict(zip(columns, row, strict=True)) for row in found]


async def _statements(connection: SqlConnection, limit: int) -> Rows | None:
    if await connection.first(_HAS_STATEMENTS) is None:
        return None
    try:
        return await _section(connection, _STATEMENTS, _OF_STATEMENTS, limit)
    except asyncpg.ObjectNotInPrerequisiteStateError:  # the extension is made, and its library is not loaded
        return None
