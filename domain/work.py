"""The unit of work: every store, seen through one connection and one transaction."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from domain.idempotency import Receipts
from domain.sessions import Sessions
from domain.signals import Signal
from domain.users import Users


class Meter:
    """Counts the SQL statements that one operation caused."""

    __slots__ = ("statements",)

    def __init__(self) -> None:
        self.statements = 0


class Work(Protocol):
    """All stores on one connection; `emit` keeps a signal until the commit has happened."""

    @property
    def users(self) -> Users:
        """Accounts and public profiles."""

    @property
    def sessions(self) -> Sessions:
        """Sessions and their refresh tokens."""

    @property
    def receipts(self) -> Receipts:
        """What was done under which idempotency key."""

    def emit(self, signal: Signal) -> None:
        """Send `signal` once the transaction is committed; a rolled-back one sends nothing."""


OpenWork = Callable[[Meter], AbstractAsyncContextManager[Work]]
"""Opens stores: as one transaction (`open_work`) or for reading without one (`open_reads`)."""
