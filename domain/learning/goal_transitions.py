"""Changing goals: the state machine, and the verbs that move, extend, edit and delete a goal."""

from dataclasses import replace
from datetime import datetime

from domain.acts import Act
from domain.edits import UNCHANGED, Edit, checked, settled
from domain.entities import entity
from domain.errors import DomainError, InvalidInputError
from domain.gamification import xp
from domain.idempotency import first_use
from domain.ids import GoalId
from domain.learning import goal_awards, goal_creation
from domain.learning import goals as learning_goals
from domain.learning.goals import ALLOWED, Goal, GoalKind, Goals, GoalState, GoalTransition, MovedBy
from domain.learning.progress_checks import progress_signal
from domain.learning.work import LearningWork
from domain.refusals import all_at_once

_FINISHED = {GoalState.COMPLETED, GoalState.ABANDONED}


class IllegalTransitionError(DomainError):
    """The goal cannot be moved from this state to that one; `allowed` lists the states that it can be moved to."""

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
    """The goal is completed by a roadmap, XP or mastery, and is not at 100 % yet."""

    code = "GOAL_NOT_REACHED"


@entity
class Move:
    """A goal after a change, with the transitions that its history gains."""

    goal: Goal
    transitions: list[GoalTransition]


def moved(goal: Goal, to: GoalState, *, now: datetime, by: MovedBy = MovedBy.LEARNER) -> Move:
    """Move a goal to another state; raises IllegalTransitionError.

    One that becomes active after its deadline is overdue at once.
    """
    if to not in ALLOWED[goal.state]:
        raise IllegalTransitionError(goal.state, to)
    after = replace(
        goal, state=to, version=goal.version + 1, completed_at=now if to is GoalState.COMPLETED else None
    )
    made = transitions(goal, after, now=now, by=by)
    if to is GoalState.ACTIVE and after.deadline is not None and after.deadline <= now:
        made.append(_passed(after, at=now))
        after = replace(after, state=GoalState.OVERDUE)
    return Move(goal=after, transitions=made)


def extended(goal: Goal, deadline: datetime, *, now: datetime) -> Move:
    """Give a goal a later deadline, which makes an overdue one active again.

    Raises InvalidInputError, or IllegalTransitionError for a goal that is finished.
    """
    if goal.state in _FINISHED:
        raise IllegalTransitionError(goal.state, GoalState.ACTIVE)
    goal_creation.check_deadline(deadline, now=now)
    if goal.deadline is not None and deadline <= goal.deadline:
        raise InvalidInputError("deadline must be later than the one before.", field="deadline")
    state = GoalState.ACTIVE if goal.state is GoalState.OVERDUE else goal.state
    after = replace(goal, state=state, deadline=deadline, version=goal.version + 1)
    return Move(goal=after, transitions=transitions(goal, after, now=now))


def transitions(
    before: Goal, after: Goal, *, now: datetime, by: MovedBy = MovedBy.LEARNER
) -> list[GoalTransition]:
    """Return the change of state, preceded by the one to OVERDUE, which may not be stored yet."""
    found = []
    if before.state is GoalState.OVERDUE and before.deadline is not None:
        found.append(_passed(before, at=before.deadline))
    if before.state is not after.state:
        found.append(
            GoalTransition(
                goal_id=before.id,
                version=after.version,
                from_state=before.state,
                to_state=after.state,
                occurred_at=now,
                by=by,
            )
        )
    return found


def _passed(goal: Goal, *, at: datetime) -> GoalTransition:
    """Return the transition of a goal whose deadline has passed."""
    return GoalTransition(
        goal_id=goal.id,
        version=goal.version,
        from_state=GoalState.ACTIVE,
        to_state=GoalState.OVERDUE,
        occurred_at=at,
        by=MovedBy.PLATFORM,
    )


async def transition(
    work: LearningWork, act: Act, *, goal_id: GoalId, to: GoalState, version: int, key: str | None
) -> Goal:
    """Move the actor's goal; completing one with a measured end awards XP, once for all time.

    The same key returns the goal and moves nothing. Raises NotFoundError, VersionConflictError,
    IllegalTransitionError or GoalNotReachedError.
    """
    if key is not None and await first_use(
        work.receipts,
        act,
        operation="transitionGoal",
        key=key,
        given={"id": goal_id, "to": to, "version": version},
        result_id=goal_id,
    ):
        return await learning_goals.own_goal(work.goals, act, goal_id)
    if to is GoalState.COMPLETED:
        await work.xp.lock(act.user_id)
    goal = await learning_goals.locked_goal(work.goals, act, goal_id, version=version)
    move = moved(goal, to, now=act.now)
    if to is GoalState.COMPLETED:
        await _check_reached(work.goals, goal)
        return await complete(work, act, goal, move)
    await _store(work.goals, move)
    if to is GoalState.ACTIVE and goal.kind is not GoalKind.MANUAL:
        await work.progress_checks.note(act.user_id)  # it may be reached already
    work.emit(progress_signal(act.user_id))
    return move.goal


async def complete(work: LearningWork, act: Act, goal: Goal, move: Move) -> Goal:
    """Store that a goal is completed, and award it; lock its owner's row and the goal first."""
    await _store(work.goals, move)
    award = await goal_awards.award_for(work, goal, now=act.now)
    await xp.award(work.xp, [award], mint=act.mint, emit=work.emit)
    work.emit(progress_signal(goal.owner_id))
    return move.goal


async def extend(goals: Goals, act: Act, *, goal_id: GoalId, version: int, deadline: datetime) -> Goal:
    """Give the actor's goal a later deadline; raises as `extended` does, NotFoundError and VersionConflictError."""
    with all_at_once() as each:
        with each:
            goal_creation.check_deadline(deadline, now=act.now)
        goal = await learning_goals.locked_goal(goals, act, goal_id, version=version)
        move = extended(goal, deadline, now=act.now)
    await _store(goals, move)
    return move.goal


async def update(
    goals: Goals,
    act: Act,
    *,
    goal_id: GoalId,
    version: int,
    title: Edit[str | None] = UNCHANGED,
    description: Edit[str | None] = UNCHANGED,
    deadline: Edit[datetime | None] = UNCHANGED,
) -> Goal:
    """Change what was sent of the actor's goal.

    Raises, all at once, InvalidInputErrors, and NotFoundError or VersionConflictError.
    """
    goal: Goal | None = None
    with all_at_once() as each:
        with each:
            new_title = checked(title, goal_creation.checked_title, field="title")
        with each:
            new_description = checked(description, goal_creation.checked_description, field="description")
        with each:
            goal = await learning_goals.locked_goal(goals, act, goal_id, version=version)
        with each:
            _check_new_deadline(goal, deadline, now=act.now)
    assert goal is not None  # noqa: S101 - else the block has raised
    changed = replace(
        goal,
        title=settled(new_title, goal.title),
        description=settled(new_description, goal.description),
        deadline=settled(deadline, goal.deadline),
        version=goal.version + 1,
    )
    await _store(goals, Move(goal=changed, transitions=transitions(goal, changed, now=act.now)))
    return changed


def _check_new_deadline(goal: Goal | None, edit: Edit[datetime | None], *, now: datetime) -> None:
    """Refuse a deadline that cannot be set; the one that the goal has is kept. None is a goal that was refused."""
    if edit is UNCHANGED or (goal is not None and edit == goal.deadline):
        return
    if goal is not None and (goal.state in _FINISHED or goal.state is GoalState.OVERDUE):
        raise InvalidInputError(
            f"The deadline of a goal that is {goal.state.value} stays; extendGoal moves that of an overdue one.",
            field="deadline",
        )
    goal_creation.check_deadline(edit, now=now)


async def delete(goals: Goals, act: Act, *, goal_id: GoalId) -> Goal:
    """Remove the actor's goal and return it as it was; the XP of a completed one stays."""
    goal = await learning_goals.locked_goal(goals, act, goal_id, version=None)
    await goals.remove(goal_id)
    return goal


async def _store(goals: Goals, move: Move) -> None:
    await goals.change(move.goal)
    if move.transitions:
        await goals.add_transitions(move.transitions)


async def _check_reached(goals: Goals, goal: Goal) -> None:
    (measure,) = await goals.measures([goal.id], viewer_id=goal.owner_id)
    if measure is not None and not measure.is_reached:
        raise GoalNotReachedError(
            f"This goal is at {int(100 * measure.progress)} %; it can be completed at 100 %.", field="to"
        )
