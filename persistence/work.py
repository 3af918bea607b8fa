"""Units of work: every store on one connection, with signals that wait for the commit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.signals import Signal, Signals
from domain.work import Meter
from persistence.engine import Connection, Database
from persistence.idempotency import SqlReceipts
from persistence.sessions import SqlSessions
from persistence.users import SqlUsers


class SqlWork:
    """All stores on one connection."""

    def __init__(self, connection: Connection) -> None:
        self.users = SqlUsers(connection)
        self.sessions = SqlSessions(connection)
        self.receipts = SqlReceipts(connection)
        self.signals: list[Signal] = []

    def emit(self, signal: Signal) -> None:
        """Keep a signal until the commit."""
        self.signals.append(signal)


class Postgres:
    """Opens units of work on a database and publishes their signals on a bus."""

    def __init__(self, database: Database, signals: Signals) -> None:
        self._database = database
        self._signals = signals

    @asynccontextmanager
    async def open_reads(self, meter: Meter) -> AsyncIterator[SqlWork]:
        """Open the stores for reading, without a transaction; concurrent readers open one each."""
        async with self._database.connection(meter) as connection:
            yield SqlWork(connection)

    @asynccontextmanager
    async def open_work(self, meter: Meter) -> AsyncIterator[SqlWork]:
        """Open the stores in one transaction: commit, then publish; an exception rolls all of it back."""
        async with self._database.transaction(meter) as connection:
            work = SqlWork(connection)
            yield work
        if work.signals:
            await self._signals.publish(work.signals)
