"""Workflows: runs of a template with their steps, and their store."""

from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from domain.entities import entity
from domain.errors import DomainError
from domain.ids import JobId, UserId, WorkflowId
from domain.jobs.job_states import JobState
from domain.paging import Page, Window
from domain.signals import Signal
from domain.workflows.templates import WaitFor


class WorkflowState(Enum):
    """Where a workflow is in its life."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class WorkflowStepState(Enum):
    """Where a step is in its life."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"
    CANCELLED = "CANCELLED"


GOES_ON = frozenset({WorkflowState.RUNNING, WorkflowState.PAUSED})
"""The states of a workflow that has not ended."""


@entity
class Workflow:
    """A run of one version of a template. `progress` is the share of its steps that are done, in percent.

    `user_id` is whom it is about, or who started one that is about no other user; None for what the platform does for
    itself or for many users.
    """

    id: WorkflowId
    template: str
    version: int
    state: WorkflowState
    inputs: dict[str, Any]
    progress: int
    started_at: datetime
    finished_at: datetime | None
    user_id: UserId | None


@entity
class WorkflowStep:
    """A step of a workflow.

    `place` is its position in the template, from 0. `attempts` counts how often it began: once, and once more for each
    retry by an operator. `jobs` of the present attempt were started, of which `jobs_ended` have ended.
    """

    workflow_id: WorkflowId
    key: str
    place: int
    kind: str
    state: WorkflowStepState
    waits_for: list[str]
    wait_for: WaitFor
    attempts: int
    jobs: int
    jobs_ended: int
    output: dict[str, Any] | None
    error: str | None
    started_at: datetime | None
    finished_at: datetime | None


@entity
class StepJob:
    """A job of the present attempt of a step. `item` is its position in the list of a step for each item, else 0."""

    job_id: JobId
    workflow_id: WorkflowId
    step: str
    item: int
    state: JobState = JobState.QUEUED
    output: dict[str, Any] | None = None
    error: str | None = None


@entity
class WorkflowFilter:
    """A filter of workflows; None leaves a condition out, `since` is inclusive and `until` exclusive."""

    state: WorkflowState | None = None
    template: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class WorkflowEndedError(DomainError):
    """The workflow has ended."""

    code = "WORKFLOW_ENDED"


class StepNotRetriableError(DomainError):
    """The step waits, or it or one after it runs."""

    code = "STEP_NOT_RETRIABLE"


class StepNotSkippableError(DomainError):
    """The step runs, or is done."""

    code = "STEP_NOT_SKIPPABLE"


class Workflows(Protocol):
    """Workflows, their steps, and the jobs of these. Who changes one has locked it."""

    async def add(self, workflow: Workflow, steps: list[WorkflowStep]) -> None:
        """Store a new workflow with its steps."""

    async def lock(self, workflow_id: WorkflowId) -> Workflow | None:
        """Return the workflow, and keep all others from it until the transaction ends."""

    async def by_ids(
        self, ids: list[WorkflowId], *, viewer_id: UserId | None, sees_all: bool
    ) -> list[Workflow | None]:
        """Return one slot per id, in order; workflows of others are filled with `sees_all` only."""

    async def page(self, asked: WorkflowFilter, window: Window) -> Page[Workflow]:
        """Return the workflows that pass the filter, newest first."""

    async def page_of(self, user_id: UserId, asked: WorkflowFilter, window: Window) -> Page[Workflow]:
        """Return the workflows of a user that pass the filter, newest first."""

    async def steps_of(self, ids: list[WorkflowId]) -> list[list[WorkflowStep]]:
        """Return the steps of each workflow, in the order of the template."""

    async def put(self, workflow: Workflow) -> None:
        """Store the state, the progress and the end of a workflow."""

    async def put_steps(self, steps: list[WorkflowStep]) -> None:
        """Store what may change of these steps of one workflow."""

    async def add_jobs(self, jobs: list[StepJob]) -> None:
        """Store the jobs of a step that begins."""

    async def end_job(
        self, job_id: JobId, *, state: JobState, output: dict[str, Any] | None, error: str | None
    ) -> StepJob | None:
        """Store how a job ended; None if it is of no present attempt."""

    async def jobs_of(self, workflow_id: WorkflowId, step: str) -> list[StepJob]:
        """Return the jobs of a step, in the order of their items."""

    async def drop_jobs(self, workflow_id: WorkflowId, steps: list[str]) -> list[JobId]:
        """Forget the jobs of the present attempts of these steps; return those that have not succeeded."""

    async def forget(self, *, before: datetime) -> int:
        """Remove workflows that ended before; return how many."""


def workflow_signal(workflow_id: WorkflowId) -> Signal:
    """Return the signal that a workflow changed."""
    return Signal(topic=f"workflow:{workflow_id}", body=workflow_id)
