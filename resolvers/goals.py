"""Answers about goals."""

from datetime import datetime

from domain import goal_drafts, goal_moves
from domain.edits import UNCHANGED, Edit
from domain.goals import Goal, GoalKind, GoalState
from domain.ids import GoalId, RoadmapId
from domain.paging import Page, Window
from resolvers import goal_loaders
from resolvers.context import Context


async def goal(context: Context, *, id: GoalId) -> Goal | None:
    """Find a goal of the caller's."""
    found: Goal | None = await context.load(goal_loaders.goals_by_id, id)
    return found


async def viewer_goals(context: Context, *, state: GoalState | None = None, window: Window) -> Page[Goal]:
    """Return a page of the caller's goals."""
    async with context.open_reads() as reads:
        return await reads.goals.page(window, viewer_id=context.user_id, state=state, now=context.now())


async def create_goal(
    context: Context,
    *,
    idempotency_key: str,
    title: str,
    description: str = "",
    kind: GoalKind = GoalKind.MANUAL,
    deadline: datetime | None = None,
    target_xp: int | None = None,
    roadmap_id: RoadmapId | None = None,
) -> Goal:
    """Make a draft of the caller's."""
    async with context.open_work() as work:
        return await goal_drafts.create(
            work.goals,
            work.roadmaps,
            work.receipts,
            owner_id=context.user_id,
            title=title,
            description=description,
            kind=kind,
            deadline=deadline,
            target_xp=target_xp,
            roadmap_id=roadmap_id,
            key=idempotency_key,
            mint=context.ports.mint,
            now=context.now(),
        )


async def update_goal(
    context: Context,
    *,
    id: GoalId,
    version: int,
    title: Edit[str | None] = UNCHANGED,
    description: Edit[str | None] = UNCHANGED,
    deadline: Edit[datetime | None] = UNCHANGED,
) -> Goal:
    """Change a goal of the caller's."""
    async with context.open_work() as work:
        return await goal_moves.update(
            work.goals,
            owner_id=context.user_id,
            goal_id=id,
            version=version,
            title=title,
            description=description,
            deadline=deadline,
            now=context.now(),
        )


async def transition_goal(
    context: Context, *, id: GoalId, to: GoalState, version: int, idempotency_key: str | None = None
) -> Goal:
    """Move a goal of the caller's to another state."""
    async with context.open_work() as work:
        return await goal_moves.transition(
            work.goals,
            work.streaks,
            work.xp,
            work.receipts,
            owner_id=context.user_id,
            goal_id=id,
            to=to,
            version=version,
            key=idempotency_key,
            mint=context.ports.mint,
            emit=work.emit,
            now=context.now(),
        )


async def extend_goal(context: Context, *, id: GoalId, version: int, deadline: datetime) -> Goal:
    """Give a goal of the caller's a later deadline."""
    async with context.open_work() as work:
        return await goal_moves.extend(
            work.goals,
            owner_id=context.user_id,
            goal_id=id,
            version=version,
            deadline=deadline,
            now=context.now(),
        )


async def delete_goal(context: Context, *, id: GoalId) -> Goal:
    """Remove a goal of the caller's."""
    async with context.open_work() as work:
        return await goal_moves.delete(work.goals, owner_id=context.user_id, goal_id=id, now=context.now())
