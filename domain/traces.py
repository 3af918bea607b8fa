"""Traces: how whatever takes time is told to whoever traces an operation; most operations are not traced."""

from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Protocol


class Step(Protocol):
    """A step of an operation, while it lasts."""

    def found(self, count: int) -> None:
        """Tell how many rows a statement returned or touched."""


class Trace(Protocol):
    """One operation that is traced; each of these is a context for the length of a step."""

    def batch(self, name: str, keys: int) -> AbstractContextManager[Step]:
        """Load a batch of so many keys."""

    def statement(self, sql: str) -> AbstractContextManager[Step]:
        """Run a statement, whose text holds parameters and no values."""

    def command(self, name: str) -> AbstractContextManager[Step]:
        """Send a command to Redis; its arguments are not told."""


present: ContextVar[Trace | None] = ContextVar("present", default=None)
"""The trace of whatever runs now, for adapters that serve all operations alike and are not told whose call it is."""
