"""Snapshots: one state of the database that pg_dump and our counts see alike."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

_CONNECT_S = 30.0
_NO_LIMITS = (
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
)
_TABLES = """
SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1
"""
_MIGRATION = "SELECT version_num FROM alembic_version"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An exported snapshot, which others can use while its transaction is open on `connection`."""

    id: str
    connection: "asyncpg.Connection[Any]"

    @property
    def server(self) -> int:
        """The major version of the server."""
        return major_of(self.connection)

    async def size(self) -> int:
        """Return the bytes of the database on the server's disk."""
        found: int = await self.connection.fetchval("SELECT pg_database_size(current_database())")
        return found


def major_of(connection: "asyncpg.Connection[Any]") -> int:
    """Return the major version of the server of a connection."""
    return int(connection.get_server_version().major)


@asynccontextmanager
async def connected(url: str) -> "AsyncIterator[asyncpg.Connection[Any]]":
    """Open one connection for the block."""
    connection = await asyncpg.connect(
        url, timeout=_CONNECT_S, server_settings={"application_name": "questpath backup"}
    )
    try:
        yield connection
    finally:
        await connection.close(timeout=_CONNECT_S)


@asynccontextmanager
async def exported(url: str) -> AsyncIterator[Snapshot]:
    """Take a snapshot and keep it for the block."""
    async with (
        connected(url) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        for statement in _NO_LIMITS:
            await connection.execute(statement)
        yield Snapshot(await connection.fetchval("SELECT pg_export_snapshot()"), connection)


async def row_counts(connection: "asyncpg.Connection[Any]") -> dict[str, int]:
    """Count the rows of each table, extensions' own left out; every table is read."""
    names = [row[0] for row in await connection.fetch(_TABLES)]
    return {name: await connection.fetchval(f"SELECT count(*) FROM {name}") for name in names}  # noqa: S608 - quoted by format()


async def migration(connection: "asyncpg.Connection[Any]") -> str | None:
    """Return the newest migration of the database, or None if it has none."""
    if not await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL"):
        return None
    found: str | None = await connection.fetchval(_MIGRATION)
    return found


async def is_empty(connection: "asyncpg.Connection[Any]") -> bool:
    """Tell whether the database has no table."""
    return not await connection.fetch(_TABLES + "LIMIT 1")
