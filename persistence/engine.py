"""The connection to Postgres: an asyncpg pool, and statements that are counted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
import orjson
from asyncpg.pool import PoolConnectionProxy

from domain.errors import UnavailableError
from domain.work import Meter
from persistence.base import Statement

T = TypeVar("T")

_LOST = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.TooManyConnectionsError,
)

STATEMENT_TIMEOUT_MS = 5_000
_ACQUIRE_TIMEOUT_S = 5


class Connection:
    """One connection for one reader or one transaction; it runs one statement at a time."""

    __slots__ = ("_meter", "raw")

    def __init__(self, raw: "PoolConnectionProxy[Any]", meter: Meter) -> None:
        self.raw = raw
        self._meter = meter

    async def all(self, statement: Statement[T], **values: Any) -> list[T]:
        """Run the statement and build an object from each row."""
        self._meter.statements += 1
        make = statement.make
        return [make(*row) for row in await self.raw.fetch(statement.sql, *statement.arguments(values))]

    async def first(self, statement: Statement[T], **values: Any) -> T | None:
        """Run the statement and build an object from its first row, if there is one."""
        self._meter.statements += 1
        row = await self.raw.fetchrow(statement.sql, *statement.arguments(values))
        return None if row is None else statement.make(*row)

    async def rows(self, statement: Statement[Any], **values: Any) -> list[asyncpg.Record]:
        """Run the statement and return its rows as they are, for mappings that need more than a row."""
        self._meter.statements += 1
        found: list[asyncpg.Record] = await self.raw.fetch(statement.sql, *statement.arguments(values))
        return found

    async def value(self, statement: Statement[Any], **values: Any) -> Any:
        """Run the statement and return the first column of its first row, or None."""
        self._meter.statements += 1
        return await self.raw.fetchval(statement.sql, *statement.arguments(values))

    async def run(self, statement: Statement[Any], **values: Any) -> int:
        """Run the statement and return how many rows it touched."""
        self._meter.statements += 1
        status = await self.raw.execute(statement.sql, *statement.arguments(values))
        return int(status.rpartition(" ")[2] or 0)


class Database:
    """A pool of connections to one Postgres database."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    @asynccontextmanager
    async def connection(self, meter: Meter) -> AsyncIterator[Connection]:
        """Borrow a connection.

        Raises UnavailableError where the database cannot be reached or no connection comes free within five
        seconds, TimeoutError where a statement took too long.
        """
        try:
            async with self._pool.acquire(timeout=_ACQUIRE_TIMEOUT_S) as raw:
                yield Connection(raw, meter)
        except asyncpg.QueryCanceledError as late:
            raise TimeoutError from late
        except _LOST as lost:
            raise UnavailableError("The database does not answer; try again in a moment.") from lost

    @asynccontextmanager
    async def transaction(self, meter: Meter) -> AsyncIterator[Connection]:
        """Borrow a connection inside one transaction, which an exception rolls back."""
        async with self.connection(meter) as connection, connection.raw.transaction():
            yield connection

    async def close(self) -> None:
        """Close every connection; running statements get a few seconds."""
        await self._pool.close()


@asynccontextmanager
async def connect(url: str, *, smallest: int = 1, largest: int = 10) -> AsyncIterator[Database]:
    """Open a pool on the database at `url` (`postgresql://...`) and close it at the end."""
    pool = await asyncpg.create_pool(
        url.replace("postgresql+asyncpg://", "postgresql://"),
        min_size=smallest,
        max_size=largest,
        init=_prepare,
        connection_class=_Connection,
        statement_cache_size=1_000,
        max_inactive_connection_lifetime=0,
        server_settings={
            "statement_timeout": str(STATEMENT_TIMEOUT_MS),
            "timezone": "UTC",
            "application_name": "questpath",
            "jit": "off",
            "random_page_cost": "1.1",  # the data is on flash or in memory
        },
    )
    try:
        yield Database(pool)
    finally:
        await pool.close()


class _Connection(asyncpg.Connection):
    """A connection that is handed back without a round trip: nobody here changes its settings."""

    def get_reset_query(self) -> str:
        return ""


async def _prepare(connection: "asyncpg.Connection[Any]") -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(
            kind,
            schema="pg_catalog",
            encoder=lambda value: orjson.dumps(value).decode(),
            decoder=orjson.loads,
        )
