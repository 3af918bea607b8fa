"""Batches of workflows and of their steps."""

from domain.ids import WorkflowId
from domain.workflows.workflows import Workflow, WorkflowStep
from resolvers.batches import Rows, batch
from resolvers.context import Context
from resolvers.jobs.loaders import OPERATORS


@batch(Rows.VIEWER)
async def workflows_by_id(context: Context, ids: list[WorkflowId]) -> list[Workflow | None]:
    """Load the viewer's own workflows, and for operators those of others."""
    if context.viewer is None:
        return [None] * len(ids)
    sees_all = not OPERATORS.isdisjoint(context.viewer.roles)
    async with context.open_reads() as reads:
        return await reads.workflows.by_ids(ids, viewer_id=context.viewer_id, sees_all=sees_all)


@batch(Rows.VIEWER)
async def steps_by_workflow(context: Context, ids: list[WorkflowId]) -> list[list[WorkflowStep]]:
    """Load the steps of workflows, in the order of their templates."""
    async with context.open_reads() as reads:
        return await reads.workflows.steps_of(ids)
