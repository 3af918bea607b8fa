"""Database: connections to Postgres, one by one or in a transaction."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from domain.unit_of_work import Meter
from persistence import connection_settings, transactions
from persistence.bulkheads import SHARE, Bulkheads
from persistence.connection_lender import Lender
from persistence.connection_pool import USUAL, Pool, PoolLoad
from persistence.connection_settings import Address
from persistence.logged_connections import LoggedConnection
from persistence.pooling.connection_lifetimes import Lifetimes
from persistence.sql_connection import SqlConnection
from persistence.statement_log import StatementLog

__all__ = ["Borrowed", "Database", "SqlConnection", "connect"]

STATEMENT_DEADLINE_S = 5.0
LOCK_WAIT_PART = 0.4
"""How much of its deadline a statement may wait for a lock, unless a setting says so."""
_ACQUIRE_TIMEOUT_S = 5
_LIFETIMES = Lifetimes()


class Borrowed:
    """A connection for an `async with` block; a class, because a generator costs several times as much."""

    __slots__ = ("_connection", "_lender", "_meter")
    connection_type = SqlConnection

    def __init__(self, lender: Lender, meter: Meter) -> None:
        self._lender = lender
        self._meter = meter

    async def __aenter__(self) -> SqlConnection:
        """Borrow a connection; raises UnavailableError if the database cannot be reached or none comes free in time."""
        self._connection = connection = self.connection_type(self._lender, self._meter)
        connection.raw = await self._lender.borrow()
        connection.is_lent = True
        return connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: object
    ) -> None:
        """Return it; a refusal of Postgres becomes what callers are told."""
        self._connection.give_back(error)
        if error is not None:
            self._lender.raise_told(error)


class LoggedBorrowed(Borrowed):
    """The same where statements are logged."""

    __slots__ = ()
    connection_type = LoggedConnection


class Database:
    """The connections to one Postgres database."""

    borrowed_type = Borrowed

    def __init__(self, lender: Lender) -> None:
        self.lender = lender

    @property
    def load(self) -> PoolLoad:
        """How busy the pool is."""
        return self.lender.pool.load

    def connection(self, meter: Meter) -> Borrowed:
        """Borrow a connection, without a transaction."""
        return self.borrowed_type(self.lender, meter)

    @asynccontextmanager
    async def transaction(self, meter: Meter) -> AsyncIterator[SqlConnection]:
        """Borrow a connection inside one transaction, which an exception rolls back."""
        connection = self.borrowed_type.connection_type(self.lender, meter)
        try:
            await transactions.begin(connection)
            yield connection
            await transactions.commit(connection)
        except BaseException as error:
            await transactions.roll_back(connection, error)
            self.lender.raise_told(error)
            raise
        finally:
            transactions.end(connection)


class LoggedDatabase(Database):
    """The same where statements are logged: other classes, so that the usual ones need not ask."""

    borrowed_type = LoggedBorrowed


@asynccontextmanager
async def connect(
    address: str | Address,
    *,
    largest: int = 10,
    usual: int = USUAL,
    lifetimes: Lifetimes = _LIFETIMES,
    statement_deadline_s: float = STATEMENT_DEADLINE_S,
    lock_wait_s: float | None = None,
    share: float = SHARE,
    statement_log: StatementLog | None = None,
    connect_s: float = connection_settings.CONNECT_S,
    is_required: bool = True,
    lender_of: Callable[[Pool, Bulkheads], Lender] = Lender,
) -> AsyncIterator[Database]:
    """Open a pool on the database at an address (`postgresql://...`) and close it at the end.

    Up to `usual` of the `largest` number of connections are lent at once while that is enough. A connection may take
    `connect_s` seconds to open; a required database that cannot be reached raises an error. Postgres cancels a
    statement that runs for longer than `statement_deadline_s` seconds, or waits longer than `lock_wait_s` for a lock.
    The statements on one table may hold `share` of the connections. With `statement_log` they are logged.
    """
    waits = lock_wait_s or LOCK_WAIT_PART * statement_deadline_s
    opener = connection_settings.opener(
        address, statement_deadline_s=statement_deadline_s, lock_wait_s=waits, connect_s=connect_s
    )
    bulkheads = Bulkheads(largest, share)
    pool = Pool(
        opener,
        largest=largest,
        usual=usual,
        lifetimes=lifetimes,
        timeout_s=_ACQUIRE_TIMEOUT_S,
        count_stuck=bulkheads.count_stuck,
    )
    if is_required:
        pool.release(await pool.acquire())
    try:
        lender = lender_of(pool, bulkheads)
        lender.statement_log = statement_log
        yield Database(lender) if statement_log is None else LoggedDatabase(lender)
    finally:
        bulkheads.close()
        await pool.close()
