"""The batches of goals; every goal is its owner's alone."""

from domain.goals import Goal, GoalTransition, Measure
from domain.ids import GoalId
from resolvers.batches import Rows, batch
from resolvers.context import Context


@batch(Rows.VIEWER)
async def goals_by_id(context: Context, ids: list[GoalId]) -> list[Goal | None]:
    """Load the viewer's own goals."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.goals.by_ids(ids, viewer_id=context.user_id, now=context.now())


@batch(Rows.VIEWER)
async def measures_by_goal(context: Context, ids: list[GoalId]) -> list[Measure | None]:
    """Load how far the viewer's own goals are."""
    if context.viewer is None:
        return [None] * len(ids)
    async with context.open_reads() as reads:
        return await reads.goals.measures(ids, viewer_id=context.user_id, now=context.now())


@batch(Rows.VIEWER)
async def history_by_goal(context: Context, ids: list[GoalId]) -> list[list[GoalTransition]]:
    """Load the moves of the viewer's own goals, newest first."""
    if context.viewer is None:
        return [[] for _ in ids]
    async with context.open_reads() as reads:
        return await reads.goals.transitions_of(ids, viewer_id=context.user_id, now=context.now())
