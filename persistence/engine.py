"""The connection to Postgres: an asyncpg pool, and statements that are counted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any, TypeVar

import asyncpg
import orjson

from domain.errors import UnavailableError
from domain.work import Meter
from persistence.base import Statement
from persistence.counts import Counts
from persistence.pool import Load, Pool

T = TypeVar("T")

_LOST = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.TooManyConnectionsError,
)

STATEMENT_DEADLINE_S = 5.0
_ACQUIRE_TIMEOUT_S = 5
_UNAVAILABLE = "The database does not answer; try again in a moment."
_SETTINGS = {
    "timezone": "UTC",
    "application_name": "questpath",
    "jit": "off",
    "enable_seqscan": "off",
    "random_page_cost": "1.1",  # the data is on flash or in memory
    "plan_cache_mode": "force_generic_plan",  # every list is bounded and every key indexed: planning anew gains nothing
}


class Connection:
    """One connection for one reader or one transaction; it runs one statement at a time."""

    __slots__ = ("_meter", "counts", "raw")

    def __init__(self, raw: "asyncpg.Connection[Any]", meter: Meter) -> None:
        self.raw = raw
        self.counts: Counts | None = None
        self._meter = meter

    def counting(self) -> Counts:
        """Return what counts for metrics once it is committed."""
        if self.counts is None:
            self.counts = Counts()
        return self.counts

    async def all(self, statement: Statement[T], **values: Any) -> list[T]:
        """Run the statement and build an object from each row."""
        make = statement.make
        return [make(*row) for row in await self._asked(self.raw.fetch, statement, values)]

    async def first(self, statement: Statement[T], **values: Any) -> T | None:
        """Run the statement and build an object from its first row, if there is one."""
        row = await self._asked(self.raw.fetchrow, statement, values)
        return None if row is None else statement.make(*row)

    async def rows(self, statement: Statement[Any], **values: Any) -> list[asyncpg.Record]:
        """Run the statement and return its rows as they are, for mappings that need more than a row."""
        found: list[asyncpg.Record] = await self._asked(self.raw.fetch, statement, values)
        return found

    async def value(self, statement: Statement[Any], **values: Any) -> Any:
        """Run the statement and return the first column of its first row, or None."""
        return await self._asked(self.raw.fetchval, statement, values)

    async def run(self, statement: Statement[Any], **values: Any) -> int:
        """Run the statement and return how many rows it touched."""
        return _touched(await self._asked(self.raw.execute, statement, values))

    async def _asked(
        self, ask: Callable[..., Awaitable[Any]], statement: Statement[Any], values: dict[str, Any]
    ) -> Any:
        """Run the statement by one of the driver's functions, count it, and tell a trace of it."""
        meter = self._meter
        meter.statements += 1
        began = perf_counter()
        try:
            if meter.trace is None:
                return await ask(statement.sql, *statement.arguments(values))
            with meter.trace.statement(statement.sql) as step:
                answer = await ask(statement.sql, *statement.arguments(values))
                step.found(_count(answer))
                return answer
        finally:
            took = perf_counter() - began
            if took > meter.longest_s:  # noqa: PLR1730 - `max` would cost as much as the rest of this
                meter.longest_s = took


def _touched(status: str) -> int:
    """Read how many rows a statement touched from its command tag, like `UPDATE 3`."""
    return int(status.rpartition(" ")[2] or 0)


def _count(answer: Any) -> int:
    if isinstance(answer, list):
        return len(answer)
    if isinstance(answer, str) and answer[:6] in {"INSERT", "UPDATE", "DELETE"}:
        return _touched(answer)
    return 0 if answer is None else 1


class Borrowed:
    """A connection for the length of an `async with` block; a class, because a generator costs several times more."""

    __slots__ = ("_meter", "_pool", "_raw")

    def __init__(self, pool: Pool, meter: Meter) -> None:
        self._pool = pool
        self._meter = meter

    async def __aenter__(self) -> Connection:
        """Borrow; raises UnavailableError where the database cannot be reached or none comes free in time."""
        try:
            self._raw = await self._pool.acquire()
        except _LOST as lost:
            raise UnavailableError(_UNAVAILABLE) from lost
        return Connection(self._raw, self._meter)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: object
    ) -> None:
        """Give back; a lost connection becomes UnavailableError, a statement that took too long TimeoutError."""
        self._pool.release(self._raw, cancelled=isinstance(error, asyncio.CancelledError))
        if error is None:
            return
        if isinstance(error, asyncpg.QueryCanceledError):
            raise TimeoutError from error
        if isinstance(error, _LOST):
            raise UnavailableError(_UNAVAILABLE) from error


class Database:
    """The connections to one Postgres database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @property
    def load(self) -> Load:
        """How busy the connections are."""
        return self._pool.load

    def connection(self, meter: Meter) -> Borrowed:
        """Borrow a connection, without a transaction."""
        return Borrowed(self._pool, meter)

    @asynccontextmanager
    async def transaction(self, meter: Meter) -> AsyncIterator[Connection]:
        """Borrow a connection inside one transaction, which an exception rolls back."""
        async with self.connection(meter) as connection, connection.raw.transaction():
            yield connection


@asynccontextmanager
async def connect(
    url: str, *, largest: int = 10, statement_deadline_s: float = STATEMENT_DEADLINE_S
) -> AsyncIterator[Database]:
    """Open a pool on the database at `url` (`postgresql://...`) and close it at the end.

    Postgres cancels a statement that runs for longer than `statement_deadline_s` seconds.
    """
    session = _SETTINGS | {"statement_timeout": str(max(1, round(statement_deadline_s * 1_000)))}
    address = url.replace("postgresql+asyncpg://", "postgresql://")

    async def open_one() -> "asyncpg.Connection[Any]":
        connection = await asyncpg.connect(address, statement_cache_size=1_000, server_settings=session)
        await _prepare(connection)
        return connection

    pool = Pool(open_one, largest=largest, patience_s=_ACQUIRE_TIMEOUT_S)
    pool.release(await pool.acquire())  # an unreachable database is told at the start
    try:
        yield Database(pool)
    finally:
        await pool.close()


async def _prepare(connection: "asyncpg.Connection[Any]") -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(
            kind,
            schema="pg_catalog",
            encoder=lambda value: orjson.dumps(value).decode(),
            decoder=orjson.loads,
        )
