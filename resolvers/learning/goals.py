"""Resolvers of goals."""

from datetime import datetime

from domain.edits import UNCHANGED, Edit
from domain.ids import GoalId, RoadmapId
from domain.learning import goal_creation, goal_templates, goal_transitions
from domain.learning.goal_templates import GoalTemplate
from domain.learning.goals import Goal, GoalKind, GoalState
from domain.paging import Page, Window
from resolvers.context import Context
from resolvers.learning import loaders


async def goal(context: Context, *, id: GoalId) -> Goal | None:
    """Return a goal of the caller's."""
    found: Goal | None = await context.load(loaders.goals_by_id, id)
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
    exam_type: str | None = None,
    target_mastery: int | None = None,
) -> Goal:
    """Create a draft of the caller's."""
    async with context.open_work() as work:
        return await goal_creation.create(
            work,
            context.act(),
            title=title,
            description=description,
            kind=kind,
            deadline=deadline,
            target_xp=target_xp,
            roadmap_id=roadmap_id,
            exam_type=exam_type,
            target_mastery=target_mastery,
            key=idempotency_key,
        )


async def templates(context: Context) -> list[GoalTemplate]:  # noqa: ARG001 - a resolver's signature
    """Return all templates of goals."""
    return list(goal_templates.TEMPLATES.values())


async def create_goal_from_template(
    context: Context,
    *,
    template: str,
    idempotency_key: str,
    title: str | None = None,
    roadmap_id: RoadmapId | None = None,
    exam_type: str | None = None,
) -> Goal:
    """Create a draft of the caller's from a template."""
    async with context.open_work() as work:
        return await goal_templates.create(
            work,
            context.act(),
            template=template,
            title=title,
            roadmap_id=roadmap_id,
            exam_type=exam_type,
            key=idempotency_key,
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
        return await goal_transitions.update(
            work.goals,
            context.act(),
            goal_id=id,
            version=version,
            title=title,
            description=description,
            deadline=deadline,
        )


async def transition_goal(
    context: Context, *, id: GoalId, to: GoalState, version: int, idempotency_key: str | None = None
) -> Goal:
    """Move a goal of the caller's to another state."""
    async with context.open_work() as work:
        return await goal_transitions.transition(
            work, context.act(), goal_id=id, to=to, version=version, key=idempotency_key
        )


async def extend_goal(context: Context, *, id: GoalId, version: int, deadline: datetime) -> Goal:
    """Give a goal of the caller's a later deadline."""
    async with context.open_work() as work:
        return await goal_transitions.extend(
            work.goals, context.act(), goal_id=id, version=version, deadline=deadline
        )


async def delete_goal(context: Context, *, id: GoalId) -> Goal:
    """Remove a goal of the caller's."""
    async with context.open_work() as work:
        return await goal_transitions.delete(work.goals, context.act(), goal_id=id)
