"""SQL connection: runs the statements of one reader or one transaction, counts them, and repeats what is safe to."""

import re
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any, TypeVar

import asyncpg

from domain.unit_of_work import Meter
from persistence import postgres_refusals
from persistence.bulkheads import Touching
from persistence.commit_counts import CommitCounts
from persistence.connection_lender import Lender
from persistence.postgres_refusals import FAILURES
from persistence.statements import Command, Statement

T = TypeVar("T")
Call = Callable[..., Awaitable[Any]]
_TAG = re.compile(r"(?:INSERT|UPDATE|DELETE) [\d ]+")


class SqlConnection:
    """One connection of one reader or one transaction; it runs one statement at a time.

    `statement` is the present or last one, which began at `began` by `perf_counter`.
    """

    __slots__ = (
        "_locks",
        "_meter",
        "began",
        "counts",
        "is_in_transaction",
        "is_lent",
        "lender",
        "raw",
        "statement",
    )

    raw: "asyncpg.Connection[Any]"
    statement: Touching

    def __init__(self, lender: Lender, meter: Meter) -> None:
        self.lender = lender
        self.counts: CommitCounts | None = None
        self.began = 0.0
        self.is_lent = False
        self.is_in_transaction = False
        self._locks = False
        self._meter = meter

    def counting(self) -> CommitCounts:
        """Return the counts that are added to the metrics on commit."""
        if self.counts is None:
            self.counts = CommitCounts()
        return self.counts

    async def all(self, statement: Statement[T], **values: Any) -> list[T]:
        """Run the statement and build an object from each row."""
        make = statement.make
        return [make(*row) for row in await self._execute(asyncpg.Connection.fetch, statement, values)]

    async def first(self, statement: Statement[T], **values: Any) -> T | None:
        """Run the statement and build an object from its first row; None without a row."""
        row = await self._execute(asyncpg.Connection.fetchrow, statement, values)
        return None if row is None else statement.make(*row)

    async def rows(self, statement: Statement[Any], **values: Any) -> list[asyncpg.Record]:
        """Run the statement and return its rows, for mappings that need more than one row."""
        found: list[asyncpg.Record] = await self._execute(asyncpg.Connection.fetch, statement, values)
        return found

    async def value(self, statement: Statement[Any], **values: Any) -> Any:
        """Run the statement and return the first column of its first row, or None."""
        return await self._execute(asyncpg.Connection.fetchval, statement, values)

    async def run(self, statement: Statement[Any], **values: Any) -> int:
        """Run the statement and return how many rows it changed."""
        return _changed(await self._execute(asyncpg.Connection.execute, statement, values))

    async def borrow(self) -> None:
        """Borrow the connection itself; raises UnavailableError if there is none to get."""
        self.raw = await self.lender.borrow()
        self.is_lent = True

    def give_back(self, error: BaseException | None = None) -> None:
        """Give it back, unless that was done."""
        if self.is_lent:
            self.is_lent = False
            self.lender.give_back(self.raw, error)

    async def command(self, command: Command) -> None:
        """Run BEGIN, COMMIT or ROLLBACK, which is not counted."""
        running = self.lender.bulkheads.running
        self.statement, self.began = command, perf_counter()
        running.add(self)
        try:
            await self.raw.execute(command.sql)
        finally:
            running.discard(self)

    async def _execute(self, call: Call, statement: Statement[Any], values: dict[str, Any]) -> Any:
        """Run the statement by one of the driver's functions, count it, and trace it where the operation is traced."""
        bulkheads, meter = self.lender.bulkheads, self._meter
        if bulkheads.given or len(bulkheads.running) >= bulkheads.most:
            await self._wait_for_turn(statement)
        arguments = statement.arguments(values)
        meter.statements += 1
        self.statement = statement
        self.began = began = perf_counter()
        bulkheads.running.add(self)
        try:
            if meter.trace is None:
                return await call(self.raw, statement.sql, *arguments)
            with meter.trace.statement(statement.sql) as step:
                result = await call(self.raw, statement.sql, *arguments)
                step.found(count_rows(result))
                return result
        except FAILURES as error:
            return await self._again(error, call, statement, arguments)
        finally:
            bulkheads.running.discard(self)
            if bulkheads.waiting:
                bulkheads.pass_on(statement.tables)
            if not statement.is_read:
                self._locks = True
            took = perf_counter() - began
            if took > meter.longest_s:  # noqa: PLR1730 - `max` would cost as much as the rest of this
                meter.longest_s = took

    async def _again(
        self, error: Exception, call: Call, statement: Statement[Any], arguments: list[Any]
    ) -> Any:
        """Run the statement once more where that is safe; raise the error where it is not."""
        is_unsent = postgres_refusals.is_unsent(error)
        if self.is_in_transaction or not (
            is_unsent or (statement.is_read and postgres_refusals.may_pass(error))
        ):
            raise error
        self.give_back(error)
        await self.borrow()
        return await call(self.raw, statement.sql, *arguments)

    async def _wait_for_turn(self, statement: Statement[Any]) -> None:
        """Wait until the statement's tables have room.

        Nothing is held meanwhile: outside a transaction not even the connection, and in one that has locked something
        there is no wait, because those before it may wait for its locks.
        """
        bulkheads = self.lender.bulkheads
        while (table := bulkheads.full(statement)) and not (self.is_in_transaction and self._locks):
            if self.is_in_transaction:
                await bulkheads.turn(table)
                bulkheads.take(table)
                continue
            self.give_back()
            await bulkheads.turn(table)
            try:
                await self.borrow()
            finally:
                bulkheads.take(table)


def _changed(status: str) -> int:
    """Return how many rows a statement changed, from its command tag, like `UPDATE 3`."""
    return int(status.rpartition(" ")[2] or 0)


def count_rows(result: Any) -> int:
    """Return how many rows a statement returned or changed, from what the driver returned."""
    if isinstance(result, list):
        return len(result)
    if isinstance(result, str) and _TAG.fullmatch(result):
        return _changed(result)
    return 0 if result is None else 1
