"""Handlers of jobs: what a worker runs for each kind, and what it gives them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from domain import job_table, workflow_table
from domain.acts import Act, by_platform
from domain.ai.errors import CallerGoneError
from domain.jobs import job_runs
from domain.jobs.job_kinds import JobKinds
from domain.jobs.jobs import Job
from domain.traces import current_trace
from domain.unit_of_work import Meter
from domain.work import OpenWork, Work
from domain.workflows import step_ends
from domain.workflows.vocabulary import Vocabulary
from resolvers.context import Ports

Result = dict[str, Any] | None
"""What a job leaves: a small JSON object, or nothing."""


def metered() -> Meter:
    """Return the counts of one unit of work, traced where the run of its job is."""
    return Meter(current_trace.get())


@dataclass(slots=True)
class JobContext:
    """What a handler gets beside the arguments: its job, the ports, and ways to report and to store.

    `kinds` are those that the steps of workflows may start.
    """

    job: Job
    ports: Ports
    kinds: JobKinds = field(default_factory=lambda: job_table.KINDS)

    @property
    def vocabulary(self) -> Vocabulary:
        """What the steps of workflows may name."""
        return workflow_table.vocabulary(self.ports.conditions, self.kinds)

    @property
    def open_end(self) -> OpenWork:
        """What opens the stores to end the job: a transaction only where a workflow goes on with it."""
        return self.ports.open_step if self.job.workflow_id is None else self.ports.open_work

    def act(self) -> Act:
        """Return the act of this run, which is the platform's."""
        return by_platform(now=self.ports.now(), mint=self.ports.mint)

    async def report(self, progress: int, note: str | None = None) -> None:
        """Store the progress in percent; raises JobTakenOverError if the job is no longer in this run."""
        async with self.ports.open_step(metered()) as work:
            await job_runs.report(work, job_runs.run_of(self.job), progress=progress, note=note)

    @asynccontextmanager
    async def open_work(self) -> AsyncIterator[Work]:
        """Open a transaction that commits only while the job is in this run; raises JobTakenOverError."""
        async with self.ports.open_work(metered()) as work:
            await job_runs.hold(work, job_runs.run_of(self.job))
            yield work

    async def succeed(self, work: Work, result: Result) -> None:
        """Store that the job succeeded, and go on with its workflow; raises JobTakenOverError."""
        job, act = self.job, self.act()
        if job.workflow_id is None:
            await job_runs.succeed(work, job_runs.run_of(job), result=result, now=act.now)
        else:
            await step_ends.succeed(work, act, self.vocabulary, job, job.workflow_id, result=result)


class Handler(Protocol):
    """Runs the jobs of one kind."""

    async def run(self, context: JobContext, arguments: Any) -> None:
        """Run the job and store that it succeeded; raises JobTakenOverError."""


class InTransaction:
    """A handler whose effects and whose success are one transaction, so that they happen exactly once."""

    def __init__(self, function: Callable[[Work, Act, Any], Awaitable[Result]]) -> None:
        self._function = function

    async def run(self, context: JobContext, arguments: Any) -> None:
        """Run the function, and commit what it stored together with the success of the job."""
        async with context.ports.open_work(metered()) as work:
            result = await self._function(work, context.act(), arguments)
            await context.succeed(work, result)


class WithContext:
    """A handler in one transaction like InTransaction, whose function takes the context of the job."""

    def __init__(self, function: Callable[[Work, JobContext, Any], Awaitable[Result]]) -> None:
        self._function = function

    async def run(self, context: JobContext, arguments: Any) -> None:
        """Run the function, and commit what it stored together with the success of the job."""
        async with context.ports.open_work(metered()) as work:
            result = await self._function(work, context, arguments)
            await context.succeed(work, result)


class InSteps:
    """A handler of several transactions, or with effects elsewhere; it may be run again from its beginning."""

    def __init__(self, function: Callable[[JobContext, Any], Awaitable[Result]]) -> None:
        self._function = function

    async def run(self, context: JobContext, arguments: Any) -> None:
        """Run the function, then store the success of the job; it ends without a result where its account is gone."""
        try:
            result = await self._function(context, arguments)
        except CallerGoneError:
            result = None
        async with context.open_end(metered()) as work:
            await context.succeed(work, result)


Handlers = Mapping[str, Handler]
"""The handler of each kind, by its name."""
