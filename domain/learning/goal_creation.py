"""Creating goals, and the rules of their title, description, deadline and target."""

from datetime import datetime, timedelta
from typing import Any

from domain import text
from domain.acts import Act
from domain.content import exam_types
from domain.content.quizzes import checked_slug, is_slug
from domain.errors import InvalidInputError, NotFoundError
from domain.idempotency import checked_key, first_use
from domain.ids import ExamTypeId, GoalId, RoadmapId
from domain.learning.goals import Goal, GoalKind, GoalState, own_goal
from domain.learning.work import LearningWork
from domain.refusals import Each, all_at_once

LONGEST_TITLE = 120
LONGEST_DESCRIPTION = 2_000
MOST_TARGET_XP = 10_000_000
LEAST_MASTERY, MOST_MASTERY = 50, 100
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
    exam_type: str | None,
    target_mastery: int | None,
    key: str,
    template: str | None = None,
) -> Goal:
    """Create a draft of the actor's; the same key returns the goal that its first use created.

    `exam_type` is a code. The key of a goal from a template stands for the template, whose deadline comes from the
    clock. Raises, all at once, InvalidInputErrors that name the fields, NotFoundError for a roadmap
    that the actor cannot see, and IdempotencyKeyReusedError.
    """
    exam_type_id = None
    with all_at_once() as each:
        with each:
            exam_type_id = await _exam_type_of(work, exam_type)
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
            exam_type_id=exam_type_id,
            target_mastery=target_mastery,
            created_at=act.now,
            completed_at=None,
        )
        if not each.refusals:  # a repeated request is answered even once its deadline has passed
            with each:
                earlier = await first_use(
                    work.receipts,
                    act,
                    operation="createGoal" if template is None else "createGoalFromTemplate",
                    key=key,
                    given=_given(goal) if template is None else _given(goal) | {"deadline": template},
                    result_id=goal.id,
                )
                if earlier is not None:
                    return await own_goal(work.goals, act, GoalId(earlier))
        await _check_ends(work, goal, each, exam_type=exam_type, now=act.now)
    return await work.goals.add(goal)


def _given(goal: Goal) -> dict[str, Any]:
    """Return what the client sent of a goal, which an idempotency key stands for."""
    names = ("title", "description", "kind", "deadline", "target_xp", "roadmap_id")
    later = (
        "exam_type_id",
        "target_mastery",
    )  # left out where they are, as in receipts from before they existed
    given = {name: value for name in later if (value := getattr(goal, name)) is not None}
    return {name: getattr(goal, name) for name in names} | given


async def _exam_type_of(work: LearningWork, code: str | None) -> ExamTypeId | None:
    """Return the id of the exam type with a code, or None."""
    if code is None or not is_slug(code):
        return None
    (found,) = await work.exam_types.by_codes([code])
    return None if found is None else found.id


async def _check_ends(
    work: LearningWork, goal: Goal, each: Each, *, exam_type: str | None, now: datetime
) -> None:
    """Check by when a goal ends, and by what."""
    with each:
        check_deadline(goal.deadline, now=now)
    with each:
        _check_target(goal)
    with each:
        _check_mastery(goal)
    with each:
        await _check_exam_type(work, goal, exam_type)
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


def _check_kind(goal: Goal, kind: GoalKind, given: object, *, field: str) -> None:
    """Refuse a goal of the kind that lacks what the kind needs, and one of another kind that has it."""
    if goal.kind is kind and given is None:
        raise InvalidInputError(f"{field} is needed for a goal of kind {kind.value}; send it.", field=field)
    if goal.kind is not kind and given is not None:
        raise InvalidInputError(
            f"{field} belongs to goals of kind {kind.value}, and to no other; leave it out.", field=field
        )


def _check_target(goal: Goal) -> None:
    """Refuse a goal that lacks its target, or has one that is too large or belongs to another kind."""
    _check_kind(goal, GoalKind.XP_TARGET, goal.target_xp, field="targetXp")
    if goal.target_xp is not None and not 1 <= goal.target_xp <= MOST_TARGET_XP:
        raise InvalidInputError(f"targetXp must be 1 to {MOST_TARGET_XP}.", field="targetXp")


def _check_mastery(goal: Goal) -> None:
    """Refuse a goal that lacks its target of mastery, or has one that is out of bounds or belongs to another kind."""
    _check_kind(goal, GoalKind.MASTERY_TARGET, goal.target_mastery, field="targetMastery")
    if goal.target_mastery is not None and not LEAST_MASTERY <= goal.target_mastery <= MOST_MASTERY:
        raise InvalidInputError(
            f"targetMastery must be {LEAST_MASTERY} to {MOST_MASTERY}.", field="targetMastery"
        )


async def _check_exam_type(work: LearningWork, goal: Goal, code: str | None) -> None:
    """Refuse a goal that lacks its exam type, or has one that is unknown or belongs to another kind."""
    _check_kind(goal, GoalKind.MASTERY_TARGET, code, field="examType")
    if code is not None and goal.exam_type_id is None:
        checked_slug(code, field="examType")
        await exam_types.refuse_unknown(work.exam_types, field="examType")


async def _check_roadmap(work: LearningWork, goal: Goal) -> None:
    """Refuse a goal that lacks its roadmap, or has one that its owner cannot see or that belongs to another kind."""
    _check_kind(goal, GoalKind.ROADMAP, goal.roadmap_id, field="roadmapId")
    if goal.roadmap_id is None:
        return
    if await work.roadmaps.by_ids([goal.roadmap_id], viewer_id=goal.owner_id) == [None]:
        raise NotFoundError("There is no such roadmap.", field="roadmapId")
