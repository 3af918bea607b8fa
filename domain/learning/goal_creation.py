"""Creating goals, and the rules of their title, description, deadline and target."""

from datetime import datetime, timedelta
from typing import Any

from domain import text
from domain.acts import Act
from domain.errors import InvalidInputError, NotFoundError
from domain.idempotency import checked_key, first_use
from domain.ids import GoalId, RoadmapId
from domain.learning.goals import Goal, GoalKind, GoalState, own_goal
from domain.learning.work import LearningWork
from domain.refusals import Each, all_at_once

LONGEST_TITLE = 120
LONGEST_DESCRIPTION = 2_000
MOST_TARGET_XP = 10_000_000
FURTHEST_DEADLINE = timedelta(days=3_660)


async def create(
    work: LearningWork,
    act: Act,
    *,
    title: str,
    description: str,
    kind: GoalKind,
    deadline: datetime | None,
    target_xp: int | None,
    roadmap_id: RoadmapId | None,
    key: str,
) -> Goal:
    """Create a draft of the actor's; the same key returns the goal that its first use created.

    Raises, all at once, InvalidInputErrors that name the fields, NotFoundError for a roadmap that the actor cannot
    see, and IdempotencyKeyReusedError.
    """
    with all_at_once() as each:
        with each:
            title = checked_title(title)
        with each:
            description = checked_description(description)
        with each:
            key = checked_key(key)
        goal = Goal(
            id=GoalId(act.mint("goal")),
            owner_id=act.user_id,
            title=title,
            description=description,
            kind=kind,
            state=GoalState.DRAFT,
            version=1,
            deadline=deadline,
            target_xp=target_xp,
            roadmap_id=roadmap_id,
            created_at=act.now,
            completed_at=None,
        )
        if not each.refusals:  # a repeated request is answered even once its deadline has passed
            with each:
                earlier = await first_use(
                    work.receipts, act, operation="createGoal", key=key, given=_given(goal), result_id=goal.id
                )
                if earlier is not None:
                    return await own_goal(work.goals, act, GoalId(earlier))
        await _check_ends(work, goal, each, now=act.now)
    return await work.goals.add(goal)


def _given(goal: Goal) -> dict[str, Any]:
    """Return what the client sent of a goal, which an idempotency key stands for."""
    names = ("title", "description", "kind", "deadline", "target_xp", "roadmap_id")
    return {name: getattr(goal, name) for name in names}


async def _check_ends(work: LearningWork, goal: Goal, each: Each, *, now: datetime) -> None:
    """Check by when a goal ends, and by what."""
    with each:
        check_deadline(goal.deadline, now=now)
    with each:
        _check_target(goal)
    with each:
        await _check_roadmap(work, goal)


def checked_title(title: str) -> str:
    """Return the title when it is one line of 1 to 120 characters."""
    return text.line(title, field="title", longest=LONGEST_TITLE)


def checked_description(description: str) -> str:
    """Return the description when it holds at most 2 000 characters."""
    return text.prose(description, field="description", longest=LONGEST_DESCRIPTION)


def check_deadline(deadline: datetime | None, *, now: datetime) -> None:
    """Refuse a deadline that is not in the future, or is more than ten years away."""
    if deadline is not None and not now < deadline <= now + FURTHEST_DEADLINE:
        raise InvalidInputError("deadline must be in the future, within ten years.", field="deadline")


def _check_target(goal: Goal) -> None:
    """Refuse a goal that lacks its target, or has one that is too large or belongs to another kind."""
    if (goal.target_xp is None) is (goal.kind is GoalKind.XP_TARGET):
        raise InvalidInputError(
            "targetXp belongs to goals of kind XP_TARGET, and to no other.", field="targetXp"
        )
    if goal.target_xp is not None and not 1 <= goal.target_xp <= MOST_TARGET_XP:
        raise InvalidInputError(f"targetXp must be 1 to {MOST_TARGET_XP}.", field="targetXp")


async def _check_roadmap(work: LearningWork, goal: Goal) -> None:
    """Refuse a goal that lacks its roadmap, or has one that its owner cannot see or that belongs to another kind."""
    if (goal.roadmap_id is None) is (goal.kind is GoalKind.ROADMAP):
        raise InvalidInputError(
            "roadmapId belongs to goals of kind ROADMAP, and to no other.", field="roadmapId"
        )
    if goal.roadmap_id is None:
        return
    if await work.roadmaps.by_ids([goal.roadmap_id], viewer_id=goal.owner_id) == [None]:
        raise NotFoundError("There is no such roadmap.", field="roadmapId")
