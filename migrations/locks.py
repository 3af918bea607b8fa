"""Locks of migrations: how long a statement waits for one, and indexes that are made without holding one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from alembic import op

LOCK_TIMEOUT = "200ms"
"""Less than half a second, after which the gateway refuses statements on a table on which nothing moves."""


@contextmanager
def without_transaction() -> Iterator[None]:
    """Commit, and run the statements of the block outside of a transaction.

    A migration that stops in the block starts again from its first statement, so each of them has to bear that.
    """
    with op.get_context().autocommit_block():
        yield


def create_index(
    name: str, table: str, columns: Sequence[str], *, where: str = "", unique: bool = False
) -> None:
    """Create an index while its table is read and written; what an earlier try left is dropped first.

    It waits for transactions that began earlier, for as long as they take; reads and writes do not wait for it.
    """
    kind = "UNIQUE INDEX" if unique else "INDEX"
    condition = f" WHERE {where}" if where else ""
    with without_transaction():
        op.execute("SET lock_timeout = 0")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        op.execute(
            f"CREATE {kind} CONCURRENTLY IF NOT EXISTS {name} ON {table} ({', '.join(columns)}){condition}"
        )
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")


def drop_index(name: str) -> None:
    """Drop an index while its table is read and written."""
    with without_transaction():
        op.execute("SET lock_timeout = 0")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
