"""Unit of work: one connection, one transaction, and the signals that are sent after its commit.

Locks are taken in one order, so that two units of work never wait for each other: first the lock of all accounts
(`Roles.lock`), then the row of a user, then rows that belong to the user or that the user wrote (goal, enrolment,
attempt, roadmap), and last the boards. A refresh token and a session are found before their user is known, and locked
first; where that meets the order above, Postgres ends one of the two, which is repeated.
"""

from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from domain.idempotency import Receipts
from domain.ids import UserId
from domain.signals import Signal
from domain.traces import Trace


class Meter:
    """Counts of one operation: SQL statements, the duration of the longest in seconds, batches, and their keys.

    `trace` is the trace of the operation, if it is traced. Where there are read replicas, `replica` is the one that its
    reads go to, None for the primary, and `reader` is the user whose reads they are.
    """

    __slots__ = ("batches", "keys", "longest_s", "reader", "replica", "statements", "trace")

    def __init__(self, trace: Trace | None = None) -> None:
        self.statements = 0
        self.longest_s = 0.0
        self.batches = 0
        self.keys = 0
        self.trace = trace
        self.reader: UserId | None = None
        self.replica: object = None


class UnitOfWork(Protocol):
    """The part of a unit of work that every verb may use."""

    @property
    def receipts(self) -> Receipts:
        """The receipts of idempotency keys."""

    def emit(self, signal: Signal) -> None:
        """Send `signal` after the commit; a transaction that is rolled back sends nothing."""


W_co = TypeVar("W_co", bound=UnitOfWork, covariant=True)


class OpenUnitOfWork(Protocol[W_co]):
    """Opens one unit of work, for verbs that need several transactions; the type argument is the work of their area."""

    def __call__(self) -> AbstractAsyncContextManager[W_co]:
        """Return the block in which the work is open."""
