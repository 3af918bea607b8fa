"""Partitions of slots in Postgres: where the last one ends, and a new one."""

from sqlalchemy import bindparam, text

from persistence.database import SqlConnection
from persistence.statements import ID, Statement

_LAST_BOUND = Statement(
    text("""
    SELECT max(substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO .''(attempt_[0-9A-Z]+)''') COLLATE "C")
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'attempt_slots'::regclass
    """)
)
_HAS_STRAYS = Statement(
    text("""
    SELECT EXISTS (SELECT FROM attempt_slots_default WHERE attempt_id >= :first AND attempt_id < :bound)
    """).bindparams(bindparam("first", type_=ID), bindparam("bound", type_=ID))
)
_ADDING = (
    "SET LOCAL lock_timeout = '200ms'",
    "LOCK TABLE quiz_attempts, questions IN SHARE ROW EXCLUSIVE MODE",
    "CREATE TABLE {name} (LIKE attempt_slots INCLUDING DEFAULTS INCLUDING CONSTRAINTS) WITH (fillfactor = 50)",
    "ALTER TABLE attempt_slots ATTACH PARTITION {name} FOR VALUES FROM ('{first}') TO ('{bound}')",
)
"""Attached as a table of its own, since creating it in place would lock out everyone who reads slots.

The wait for a lock ends before the gateway refuses statements on the table; the job tries again.
"""

_ANALYSING = tuple(
    Statement(text(each)) for each in ("SET LOCAL statement_timeout = '10min'", "ANALYZE attempt_slots")
)


class SqlSlotPartitions:
    """The partitions of the table `attempt_slots`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def last_bound(self) -> str | None:
        """Return the id of an attempt at which the last partition ends; None where the table has none."""
        bound: str | None = await self._connection.value(_LAST_BOUND)
        return bound

    async def has_strays(self, *, first: str, bound: str) -> bool:
        """Return whether slots of the attempts from `first` to below `bound` are where those without a partition go."""
        found: bool = await self._connection.value(_HAS_STRAYS, first=first, bound=bound)
        return found

    async def add(self, name: str, *, first: str, bound: str) -> None:
        """Add the partition of the attempts from `first` to below `bound`; the caller has made all three."""
        for statement in _ADDING:
            await self._connection.rows(
                Statement(text(statement.format(name=name, first=first, bound=bound)))
            )

    async def analyse(self) -> None:
        """Sample the rows of all partitions for the plans of statements, which autovacuum does only for each."""
        for statement in _ANALYSING:
            await self._connection.rows(statement)
