"""Completion of goals by themselves, and of all else that follows from what a learner did: reached daily targets."""

from datetime import timedelta

from domain.acts import Act
from domain.ids import UserId
from domain.learning.goal_transitions import complete, moved
from domain.learning.goals import Goal, GoalState, MovedBy
from domain.learning.progress_checks import progress_signal
from domain.learning.targets import target_progress
from domain.learning.work import LearningWork

POSTPONED = timedelta(minutes=5)
"""How long a check waits that failed."""


async def check(work: LearningWork, act: Act, user_id: UserId) -> bool:
    """Take the checks of a learner: pay reached targets and complete reached goals; False if they are taken already.

    A check also tells the learner's clients that figures have moved.
    """
    await work.xp.lock(user_id)
    if not await work.progress_checks.take(user_id):
        return False
    await target_progress.pay_reached(work, act, user_id)
    await complete_reached(work, act, user_id)
    work.emit(progress_signal(user_id))
    return True


async def complete_reached(work: LearningWork, act: Act, user_id: UserId) -> list[Goal]:
    """Complete the learner's active and overdue goals whose measured end is reached; lock the learner's row first."""
    ids = await work.goals.measured(user_id)
    if not ids:
        return []
    measures = await work.goals.measures(ids, viewer_id=user_id)
    completed = []
    for measure in measures:
        if measure is None or not measure.is_reached:
            continue
        goal = await work.goals.lock(measure.goal_id, viewer_id=user_id, now=act.now)
        if goal is not None and goal.state in {GoalState.ACTIVE, GoalState.OVERDUE}:
            move = moved(goal, GoalState.COMPLETED, now=act.now, by=MovedBy.PLATFORM)
            completed.append(await complete(work, act, goal, move))
    return completed


async def mark_overdue(work: LearningWork, act: Act, *, limit: int) -> int:
    """Store that goals are past their deadlines, tell their owners' clients, and return how many."""
    overdue = await work.goals.mark_overdue(now=act.now, limit=limit)
    for user_id in sorted({goal.owner_id for goal in overdue}):
        work.emit(progress_signal(user_id))
    return len(overdue)
