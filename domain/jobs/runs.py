"""Runs: the attempts of workers at jobs, and their store; a run that lost its job changes nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from domain.entities import entity
from domain.ids import JobId
from domain.jobs.jobs import Job

LONGEST_NOTE = 200
"""How many characters a note on the progress holds at most."""
LONGEST_ERROR = 500
"""How many characters of an error a job keeps at most."""
DONE = 100
"""The progress of a job that has succeeded, in percent."""


@entity
class Run:
    """The identity of one run of a job; a job that was taken over, cancelled or retried is in another run."""

    job_id: JobId
    number: int


@entity
class Place:
    """The place of a job in the queue; a job that was put back, retried or requeued has another one."""

    job_id: JobId
    entry_id: int


class JobTakenOverError(Exception):
    """Another worker runs the job now, or it was cancelled; what this run does must not count."""


class Runs(Protocol):
    """The runs of jobs."""

    async def begin(self, job_id: JobId, *, entry_id: int, now: datetime) -> Job | None:
        """Begin a run of a live job if `entry_id` is its place in the queue; None if there is nothing to run."""

    async def begin_free(self, places: Sequence[Place], *, now: datetime) -> list[Job]:
        """Do the same for many, in any order, and leave out those that something else is changing right now."""

    async def hold(self, run: Run) -> bool:
        """Lock the job until the transaction ends; tells whether it is still in this run."""

    async def report(self, run: Run, *, progress: int, note: str | None) -> bool:
        """Store the progress; tells whether the job is still in this run."""

    async def succeed(self, run: Run, *, result: dict[str, Any] | None, now: datetime) -> bool:
        """End the job; tells whether it was still in this run."""

    async def postpone(self, run: Run, *, error: str | None, until: datetime, counts: bool) -> bool:
        """Put a running job back; without `counts` the attempt is not counted. The engine moves its place."""

    async def fail(self, run: Run, *, error: str, now: datetime) -> bool:
        """Hold the job as failed; tells whether it was still in this run."""
