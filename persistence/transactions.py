"""Transactions: begin, commit and roll back, with a bound on how many are open at once."""

from contextlib import suppress
from typing import Any, Protocol

import asyncpg

from domain.errors import UnavailableError
from persistence import postgres_refusals
from persistence.bulkheads import TRANSACTIONS, Running
from persistence.connection_lender import Lender
from persistence.postgres_refusals import FAILURES
from persistence.statements import Command

_BEGIN, _COMMIT, _ROLLBACK = Command("BEGIN"), Command("COMMIT"), Command("ROLLBACK")
_UNKNOWN = (
    "The database was lost while it saved this. Read it again before you repeat the change, or repeat it with the "
    "same idempotencyKey."
)


class TransactionConnection(Running, Protocol):
    """What a transaction needs of a connection."""

    raw: "asyncpg.Connection[Any]"
    lender: Lender
    is_lent: bool
    is_in_transaction: bool

    async def borrow(self) -> None:
        """Borrow the connection itself; raises UnavailableError if there is none to get."""

    def give_back(self, error: BaseException | None = None) -> None:
        """Give it back, unless that was done."""

    async def command(self, command: Command) -> None:
        """Run BEGIN, COMMIT or ROLLBACK."""


async def begin(connection: TransactionConnection) -> None:
    """Wait until one more may be open, borrow the connection, and begin; on a dead connection begin on another."""
    bulkheads = connection.lender.bulkheads
    while bulkheads.is_full(TRANSACTIONS):
        await bulkheads.turn(TRANSACTIONS)
        bulkheads.take(TRANSACTIONS)
    bulkheads.transactions.add(connection)
    await connection.borrow()
    try:
        await connection.command(_BEGIN)
    except FAILURES as error:
        if not postgres_refusals.may_pass(error):
            raise
        connection.give_back(error)
        await connection.borrow()
        await connection.command(_BEGIN)
    connection.is_in_transaction = True


async def commit(connection: TransactionConnection) -> None:
    """Commit, and give the connection back; UnavailableError says so where nobody knows whether it was committed."""
    try:
        await connection.command(_COMMIT)
    except FAILURES as error:
        if postgres_refusals.is_lost(error):
            raise UnavailableError(_UNKNOWN) from error
        raise
    connection.give_back()


async def roll_back(connection: TransactionConnection, error: BaseException) -> None:
    """Roll back what is open after an error, and give the connection back."""
    try:
        if connection.is_lent and not connection.raw.is_closed() and connection.raw.is_in_transaction():
            with suppress(*FAILURES):
                await connection.command(_ROLLBACK)
    finally:
        connection.give_back(error)


def end(connection: TransactionConnection) -> None:
    """Let the next one begin."""
    bulkheads = connection.lender.bulkheads
    bulkheads.transactions.discard(connection)
    if bulkheads.waiting:
        bulkheads.pass_on([TRANSACTIONS])
