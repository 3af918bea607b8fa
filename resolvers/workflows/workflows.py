"""Resolvers of workflows: the lists, starting, pausing, cancelling, retrying, skipping and following one."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from domain import workflow_table
from domain.accounts import roles
from domain.accounts.users import Viewer
from domain.entities import entity
from domain.errors import NotFoundError
from domain.ids import WorkflowId
from domain.paging import Page, Window
from domain.signals import newest
from domain.time_spans import check_span
from domain.workflows import workflow_administration, workflow_starts
from domain.workflows.step_arguments import STARTER
from domain.workflows.vocabulary import Vocabulary
from domain.workflows.workflow_starts import WorkflowRequest
from domain.workflows.workflows import (
    GOES_ON,
    Workflow,
    WorkflowFilter,
    WorkflowState,
    WorkflowStep,
    workflow_signal,
)
from resolvers.context import Context
from resolvers.jobs.shown_values import shown
from resolvers.workflows.loaders import steps_by_workflow, workflows_by_id

LOOK_EVERY_S = 10.0
"""After how many seconds a followed workflow is read again without a signal, because one may be lost."""


@entity
class StepEdge:
    """An arrow between two steps of a drawing."""

    source: str
    target: str


async def workflows(
    context: Context,
    *,
    window: Window,
    state: WorkflowState | None = None,
    template: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Page[Workflow]:
    """Return a page of the workflows for an operator, newest first."""
    check_span(since, until)
    asked = WorkflowFilter(state=state, template=template, since=since, until=until)
    async with context.open_reads() as reads:
        await roles.require(reads.roles, user_id=context.user_id, role=STARTER, now=context.now())
        return await reads.workflows.page(asked, window)


async def viewer_workflows(
    viewer: Viewer,
    context: Context,
    *,
    window: Window,
    state: WorkflowState | None = None,
    template: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Page[Workflow]:
    """Return a page of the workflows about the caller, and of those they started about no other user, newest first."""
    check_span(since, until)
    asked = WorkflowFilter(state=state, template=template, since=since, until=until)
    async with context.open_reads() as reads:
        return await reads.workflows.page_of(viewer.user_id, asked, window)


async def inputs(workflow: Workflow, context: Context) -> dict[str, Any] | None:
    """Return what a workflow was started with, as the caller may see it."""
    return shown(context, workflow.inputs)


async def output(step: WorkflowStep, context: Context) -> dict[str, Any] | None:
    """Return the result of a step, as the caller may see it."""
    return shown(context, step.output)


async def edges(workflow: Workflow, context: Context) -> list[StepEdge]:
    """Return an arrow from each step to each one that waits for it."""
    steps = await context.load(steps_by_workflow, workflow.id)
    return [StepEdge(source=key, target=step.key) for step in steps for key in step.waits_for]


async def start_workflow(
    context: Context,
    *,
    template: str,
    idempotency_key: str,
    version: int | None = None,
    inputs: dict[str, Any] | None = None,
) -> Workflow:
    """Start a workflow by hand."""
    asked = WorkflowRequest(template=template, version=version, inputs=inputs or {})
    async with context.open_work() as work:
        return await workflow_starts.start_by_hand(
            work, context.act(), _vocabulary(context), asked, key=idempotency_key
        )


async def pause_workflow(context: Context, *, id: WorkflowId) -> Workflow:
    """Let no step of a workflow begin."""
    async with context.open_work() as work:
        return await workflow_administration.pause(work, context.act(), id)


async def resume_workflow(context: Context, *, id: WorkflowId) -> Workflow:
    """Let the steps of a paused workflow begin again."""
    async with context.open_work() as work:
        return await workflow_administration.resume(work, context.act(), _vocabulary(context), id)


async def cancel_workflow(context: Context, *, id: WorkflowId) -> Workflow:
    """End a workflow and its jobs."""
    async with context.open_work() as work:
        return await workflow_administration.cancel(work, context.act(), id)


async def retry_workflow_step(context: Context, *, id: WorkflowId, step: str) -> Workflow:
    """Begin again from a step."""
    async with context.open_work() as work:
        return await workflow_administration.retry(work, context.act(), _vocabulary(context), id, step=step)


async def skip_workflow_step(context: Context, *, id: WorkflowId, step: str) -> Workflow:
    """Pass over a step."""
    async with context.open_work() as work:
        return await workflow_administration.skip(work, context.act(), _vocabulary(context), id, step=step)


async def workflow_progress(context: Context, *, id: WorkflowId) -> AsyncIterator[Workflow]:
    """Yield a workflow now and at each change, until it has ended."""
    async with context.ports.signals.listen(workflow_signal(id).topic) as signals:
        shown: tuple[Workflow, list[Any]] | None = None
        while True:
            context.forget()
            workflow = await context.load(workflows_by_id, id)
            if workflow is None:
                raise NotFoundError("There is no such workflow.", field="id")
            seen = workflow, await context.load(steps_by_workflow, id)
            if seen != shown:
                yield workflow
            if workflow.state not in GOES_ON:
                return
            shown = seen
            await newest(signals, within=LOOK_EVERY_S)


def _vocabulary(context: Context) -> Vocabulary:
    return workflow_table.vocabulary(context.ports.conditions)
