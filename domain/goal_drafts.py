"""Drafts of goals: what a new goal must say."""

from datetime import datetime, timedelta

from domain import text
from domain.errors import InvalidInputError, NotFoundError
from domain.goals import Goal, GoalKind, Goals, GoalState, found
from domain.idempotency import Receipts, first_use
from domain.ids import GoalId, Mint, RoadmapId, UserId
from domain.roadmaps import Roadmaps

LONGEST_TITLE = 120
LONGEST_DESCRIPTION = 2_000
MOST_TARGET_XP = 10_000_000
FURTHEST_DEADLINE = timedelta(days=3_660)


async def create(
    goals: Goals,
    roadmaps: Roadmaps,
    receipts: Receipts,
    *,
    owner_id: UserId,
    title: str,
    description: str,
    kind: GoalKind,
    deadline: datetime | None,
    target_xp: int | None,
    roadmap_id: RoadmapId | None,
    key: str,
    mint: Mint,
    now: datetime,
) -> Goal:
    """Make a draft; the same key gives the goal that its first use made.

    Raises InvalidInputError that names the field, NotFoundError for a roadmap that the owner cannot see, or
    IdempotencyKeyReusedError.
    """
    goal = Goal(
        id=GoalId(mint("goal")),
        owner_id=owner_id,
        title=checked_title(title),
        description=checked_description(description),
        kind=kind,
        state=GoalState.DRAFT,
        version=1,
        deadline=deadline,
        target_xp=target_xp,
        roadmap_id=roadmap_id,
        created_at=now,
        completed_at=None,
    )
    given = {
        name: getattr(goal, name)
        for name in ("title", "description", "kind", "deadline", "target_xp", "roadmap_id")
    }
    earlier = await first_use(
        receipts,
        user_id=owner_id,
        operation="createGoal",
        key=key,
        given=given,
        result_id=goal.id,
        now=now,
    )
    if earlier is not None:
        return await found(goals, GoalId(earlier), owner_id=owner_id, now=now)
    check_deadline(deadline, now=now)
    _check_aim(goal)
    if roadmap_id is not None and await roadmaps.by_ids([roadmap_id], viewer_id=owner_id) == [None]:
        raise NotFoundError("There is no such roadmap.", field="roadmapId")
    return await goals.add(goal)


def checked_title(title: str) -> str:
    """Return the title when it is one line of 1 to 120 characters."""
    return text.line(title, field="title", longest=LONGEST_TITLE)


def checked_description(description: str) -> str:
    """Return the description when it holds at most 2 000 characters."""
    return text.prose(description, field="description", longest=LONGEST_DESCRIPTION)


def check_deadline(deadline: datetime | None, *, now: datetime) -> None:
    """Refuse a deadline that is over, or more than ten years away."""
    if deadline is not None and not now < deadline <= now + FURTHEST_DEADLINE:
        raise InvalidInputError("deadline must be in the future, within ten years.", field="deadline")


def _check_aim(goal: Goal) -> None:
    """Refuse a goal whose kind lacks its aim, or that has another kind's."""
    if (goal.target_xp is None) is (goal.kind is GoalKind.XP_TARGET):
        raise InvalidInputError(
            "targetXp belongs to goals of kind XP_TARGET, and to no other.", field="targetXp"
        )
    if goal.target_xp is not None and not 1 <= goal.target_xp <= MOST_TARGET_XP:
        raise InvalidInputError(f"targetXp must be 1 to {MOST_TARGET_XP}.", field="targetXp")
    if (goal.roadmap_id is None) is (goal.kind is GoalKind.ROADMAP):
        raise InvalidInputError(
            "roadmapId belongs to goals of kind ROADMAP, and to no other.", field="roadmapId"
        )
