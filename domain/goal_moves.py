"""Moves of a goal: the state machine, and the verbs that change a goal through it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from domain import goal_drafts, xp, xp_rules
from domain import goals as room
from domain.days import local_date
from domain.edits import UNCHANGED, Edit, mandatory, settled
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError
from domain.goals import ALLOWED, Goal, Goals, GoalState, GoalTransition
from domain.idempotency import Receipts, first_use
from domain.ids import GoalId, Mint, UserId
from domain.signals import Signal
from domain.streaks import Streaks
from domain.xp import Award, Xp, XpReason

_FINISHED = {GoalState.COMPLETED, GoalState.ABANDONED}


class IllegalTransitionError(DomainError):
    """A goal in this state cannot be moved there; `allowed` says where it can."""

    code = "ILLEGAL_TRANSITION"

    def __init__(self, from_state: GoalState, to_state: GoalState) -> None:
        self.from_state, self.to_state = from_state, to_state
        self.allowed = list(ALLOWED[from_state])
        choices = ", ".join(state.value for state in self.allowed) or "nothing else"
        super().__init__(
            f"A goal that is {from_state.value} cannot become {to_state.value}; it can become {choices}.",
            field="to",
        )


class GoalNotReachedError(DomainError):
    """The goal completes by its roadmap or its XP, and there is some way to go."""

    code = "GOAL_NOT_REACHED"


@entity
class Move:
    """A goal after a change of state, with what its history gains."""

    goal: Goal
    transitions: list[GoalTransition]


def moved(goal: Goal, to: GoalState, *, now: datetime) -> Move:
    """Move a goal to another state; raises IllegalTransitionError."""
    if to not in ALLOWED[goal.state]:
        raise IllegalTransitionError(goal.state, to)
    after = replace(
        goal, state=to, version=goal.version + 1, completed_at=now if to is GoalState.COMPLETED else None
    )
    return Move(goal=after, transitions=_noted(goal, after, now=now))


def extended(goal: Goal, deadline: datetime, *, now: datetime) -> Move:
    """Give a goal a later deadline, which makes an overdue one active again.

    Raises InvalidInputError, or IllegalTransitionError for a goal that is finished.
    """
    if goal.state in _FINISHED:
        raise IllegalTransitionError(goal.state, GoalState.ACTIVE)
    goal_drafts.check_deadline(deadline, now=now)
    if goal.deadline is not None and deadline <= goal.deadline:
        raise InvalidInputError("deadline must be later than the one before.", field="deadline")
    state = GoalState.ACTIVE if goal.state is GoalState.OVERDUE else goal.state
    after = replace(goal, state=state, deadline=deadline, version=goal.version + 1)
    return Move(goal=after, transitions=_noted(goal, after, now=now))


def _noted(before: Goal, after: Goal, *, now: datetime) -> list[GoalTransition]:
    """Note the change of state, and before it that the deadline had passed, which nobody wrote down then."""
    noted = []
    if before.state is GoalState.OVERDUE and before.deadline is not None:
        noted.append(
            GoalTransition(
                goal_id=before.id,
                version=before.version,
                from_state=GoalState.ACTIVE,
                to_state=GoalState.OVERDUE,
                occurred_at=before.deadline,
            )
        )
    if before.state is not after.state:
        noted.append(
            GoalTransition(
                goal_id=before.id,
                version=after.version,
                from_state=before.state,
                to_state=after.state,
                occurred_at=now,
            )
        )
    return noted


async def transition(
    goals: Goals,
    streaks: Streaks,
    ledger: Xp,
    receipts: Receipts,
    *,
    owner_id: UserId,
    goal_id: GoalId,
    to: GoalState,
    version: int,
    key: str | None,
    mint: Mint,
    emit: Callable[[Signal], None],
    now: datetime,
) -> Goal:
    """Move the owner's goal; completing it awards XP, once for all time.

    The same key gives the goal again and moves nothing. Raises NotFoundError, VersionConflictError,
    IllegalTransitionError or GoalNotReachedError.
    """
    if key is not None and await first_use(
        receipts,
        user_id=owner_id,
        operation="transitionGoal",
        key=key,
        given={"id": goal_id, "to": to, "version": version},
        result_id=goal_id,
        now=now,
    ):
        return await room.found(goals, goal_id, owner_id=owner_id, now=now)
    goal = await room.held(goals, goal_id, owner_id=owner_id, version=version, now=now)
    move = moved(goal, to, now=now)
    if to is GoalState.COMPLETED:
        await _check_reached(goals, goal, now=now)
    await _store(goals, move)
    if to is GoalState.COMPLETED:
        await xp.award(ledger, [await _award(streaks, goal, now=now)], mint=mint, emit=emit)
    return move.goal


async def extend(
    goals: Goals, *, owner_id: UserId, goal_id: GoalId, version: int, deadline: datetime, now: datetime
) -> Goal:
    """Give the owner's goal a later deadline; raises as `extended` does."""
    goal = await room.held(goals, goal_id, owner_id=owner_id, version=version, now=now)
    move = extended(goal, deadline, now=now)
    await _store(goals, move)
    return move.goal


async def update(
    goals: Goals,
    *,
    owner_id: UserId,
    goal_id: GoalId,
    version: int,
    title: Edit[str | None] = UNCHANGED,
    description: Edit[str | None] = UNCHANGED,
    deadline: Edit[datetime | None] = UNCHANGED,
    now: datetime,
) -> Goal:
    """Change what was sent of the owner's goal; raises InvalidInputError, NotFoundError, VersionConflictError."""
    goal = await room.held(goals, goal_id, owner_id=owner_id, version=version, now=now)
    due = settled(deadline, goal.deadline)
    if due != goal.deadline:
        if goal.state in _FINISHED or goal.state is GoalState.OVERDUE:
            raise InvalidInputError(
                f"The deadline of a goal that is {goal.state.value} stays; extendGoal moves that of an overdue one.",
                field="deadline",
            )
        goal_drafts.check_deadline(due, now=now)
    changed = replace(
        goal,
        title=goal_drafts.checked_title(mandatory(title, goal.title, field="title")),
        description=goal_drafts.checked_description(
            mandatory(description, goal.description, field="description")
        ),
        deadline=due,
        version=goal.version + 1,
    )
    await goals.change(changed)
    return changed


async def delete(goals: Goals, *, owner_id: UserId, goal_id: GoalId, now: datetime) -> Goal:
    """Remove the owner's goal and return it as it was; the XP of a completed one stays."""
    goal = await room.held(goals, goal_id, owner_id=owner_id, version=None, now=now)
    await goals.remove(goal_id)
    return goal


async def _store(goals: Goals, move: Move) -> None:
    await goals.change(move.goal)
    if move.transitions:
        await goals.note(move.transitions)


async def _check_reached(goals: Goals, goal: Goal, *, now: datetime) -> None:
    (measure,) = await goals.measures([goal.id], viewer_id=goal.owner_id, now=now)
    if measure is not None and not measure.is_reached:
        raise GoalNotReachedError(
            f"This goal is at {int(100 * measure.progress)} %; it can be completed at 100 %.",
            field="to",
        )


async def _award(streaks: Streaks, goal: Goal, *, now: datetime) -> Award:
    zone = await streaks.zone_of(goal.owner_id)
    amount = xp_rules.CURRENT.goal_completed
    return Award(
        user_id=goal.owner_id,
        reason=XpReason.GOAL_COMPLETED,
        source_type="goal",
        source_id=goal.id,
        amount=amount,
        occurred_at=now,
        local_date=local_date(now, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour),
        explanation=f"Completed the goal \u201c{goal.title}\u201d: {amount} XP, once.",
    )
