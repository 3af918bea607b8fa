"""Units of work on Postgres: reads, single steps and transactions, whose signals are sent after the commit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.signals import Signals
from domain.unit_of_work import Meter
from persistence.commit_counts import CommitCounts
from persistence.database import Borrowed, Database
from persistence.stores import SqlWork


class Reads:
    """Stores for reading in an `async with` block."""

    __slots__ = ("_borrowed",)

    def __init__(self, borrowed: Borrowed) -> None:
        self._borrowed = borrowed

    async def __aenter__(self) -> SqlWork:
        """Borrow a connection."""
        return SqlWork(await self._borrowed.__aenter__())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        """Return it."""
        await self._borrowed.__aexit__(kind, error, trace)


class Steps(Reads):
    """Stores for a verb that writes in one statement, which is a transaction by itself."""

    __slots__ = ("_counts", "_signals", "_work")

    def __init__(self, borrowed: Borrowed, signals: Signals, counts: CommitCounts) -> None:
        super().__init__(borrowed)
        self._signals = signals
        self._counts = counts

    async def __aenter__(self) -> SqlWork:
        """Borrow a connection."""
        self._work = await super().__aenter__()
        return self._work

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        """Return it; then publish the signals."""
        await super().__aexit__(kind, error, trace)
        if error is None:
            self._counts.add(self._work.connection.counts)
            if self._work.signals:
                await self._signals.publish(self._work.signals)


class Postgres:
    """Opens units of work on a database and publishes their signals; `counts` is what they committed."""

    def __init__(self, database: Database, signals: Signals, counts: CommitCounts | None = None) -> None:
        self._database = database
        self._signals = signals
        self.counts = counts or CommitCounts()

    def open_reads(self, meter: Meter) -> Reads:
        """Open the stores for reading, without a transaction; concurrent readers open one each."""
        return Reads(self._database.connection(meter))

    def open_step(self, meter: Meter) -> Steps:
        """Open the stores without a transaction, for a verb that writes in one statement; then publish."""
        return Steps(self._database.connection(meter), self._signals, self.counts)

    @asynccontextmanager
    async def open_work(self, meter: Meter) -> AsyncIterator[SqlWork]:
        """Open the stores in one transaction: commit, then publish; an exception rolls all of it back."""
        async with self._database.transaction(meter) as connection:
            work = SqlWork(connection)
            yield work
        self.counts.add(connection.counts)
        if work.signals:
            await self._signals.publish(work.signals)
