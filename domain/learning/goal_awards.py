"""XP of completed goals: a goal with a measured end is paid, at most one a day, and no work is paid by two goals."""

from datetime import datetime

from domain.gamification.xp import Award, GoalXp, XpReason
from domain.gamification.xp_rules import CURRENT, RuleSet
from domain.learning.goals import Goal, GoalKind
from domain.learning.work import LearningWork
from domain.local_days import local_date

_SOURCES = {GoalKind.ROADMAP: "roadmap", GoalKind.MASTERY_TARGET: "exam_type"}
"""What a paid goal of a kind has as the source of its XP; others have themselves."""
_UNREVIEWED = "A quiz of the roadmap asked generated questions that no human had reviewed."


async def award_for(work: LearningWork, goal: Goal, *, now: datetime, rules: RuleSet = CURRENT) -> Award:
    """Return the award of a goal that was completed now, of 0 XP where no rule pays it; lock the learner's row first.

    A paid roadmap or exam type is the source of its award, so that it pays one goal for all time, whatever goals are
    deleted.
    """
    zone = await work.streaks.zone_of(goal.owner_id)
    today = local_date(now, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour)
    earlier = await work.xp.goal_xp(
        goal.owner_id, local_date=today, about_id=goal.about_id, since=goal.created_at
    )
    unpaid = unpaid_because(goal, earlier, is_own=await _is_own(work, goal), rules=rules)
    if not unpaid and goal.kind is GoalKind.ROADMAP and await work.goals.rests_on_unreviewed(goal.id):
        unpaid = _UNREVIEWED
    amount = 0 if unpaid else rules.goal_completed
    source = goal.id if unpaid or goal.about_id is None else goal.about_id
    return Award(
        user_id=goal.owner_id,
        reason=XpReason.GOAL_COMPLETED,
        source_type=_SOURCES[goal.kind] if source == goal.about_id else "goal",
        source_id=source,
        amount=amount,
        occurred_at=now,
        local_date=today,
        explanation=f"Completed the goal \u201c{goal.title}\u201d: {amount} XP, once. {unpaid}".rstrip(),
    )


def unpaid_because(goal: Goal, earlier: GoalXp, *, is_own: bool, rules: RuleSet = CURRENT) -> str:
    """Return the sentence that says why the goal earns nothing; empty where it is paid."""
    if goal.kind is GoalKind.MANUAL:
        return "A goal that its learner declares completed earns nothing."
    if is_own:
        return "You wrote its roadmap; own content earns nothing."
    if earlier.about_paid:
        return f"An earlier goal for the same {_SOURCES[goal.kind].replace('_', ' ')} was paid already."
    if goal.target_xp is not None and earlier.unspent < goal.target_xp:
        return "The same XP does not pay two goals, and XP from goals does not count."
    if earlier.paid_on_date >= rules.paid_goals_per_day:
        return f"CAPPED: goals paid on one day: at most {rules.paid_goals_per_day}."
    return ""


async def _is_own(work: LearningWork, goal: Goal) -> bool:
    if goal.roadmap_id is None:
        return False
    (roadmap,) = await work.roadmaps.by_ids([goal.roadmap_id], viewer_id=goal.owner_id)
    return roadmap is not None and roadmap.author_id == goal.owner_id
