"""Traces: Protocols by which the steps of an operation or a job are traced, and the ids that its log lines have."""

from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Protocol


class TraceStep(Protocol):
    """A step of a traced operation."""

    def found(self, count: int) -> None:
        """Note how many rows a statement returned or changed."""


class Trace(Protocol):
    """A traced operation or job; each method returns the context of a step."""

    @property
    def parent(self) -> str:
        """The W3C `traceparent` of work that continues the trace elsewhere or later."""

    def batch(self, name: str, keys: int) -> AbstractContextManager[TraceStep]:
        """Trace the loading of a batch with some number of keys."""

    def statement(self, sql: str) -> AbstractContextManager[TraceStep]:
        """Trace a statement, whose text holds parameters and no values."""

    def command(self, name: str) -> AbstractContextManager[TraceStep]:
        """Trace a command to Redis; its arguments are left out."""


class RunIds(Protocol):
    """An operation, or a run of a job; its log lines have these ids, and the jobs that it starts the first."""

    @property
    def request_id(self) -> str | None:
        """The id of the request that it answers or that started it; None of what a schedule started."""

    @property
    def trace_id(self) -> str | None:
        """The W3C trace id; None without a trace."""

    @property
    def job_id(self) -> str | None:
        """The job that runs; None of an operation."""


current_trace: ContextVar[Trace | None] = ContextVar("current_trace", default=None)
"""The trace of the running operation or job, for adapters that all share, and for jobs that it starts."""

current_run: ContextVar[RunIds | None] = ContextVar("current_run", default=None)
"""What runs in this task, for log lines, and for the jobs that it starts."""
