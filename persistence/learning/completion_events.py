"""Events of completed goals and roadmaps, and progress checks: CTEs in the statements that complete them."""

from sqlalchemy import CTE, Text, bindparam, insert, select

from domain.learning.goals import GoalState
from domain.webhooks.events import WebhookEvent
from persistence.event_notes import noting
from persistence.statements import ID, MOMENT
from persistence.tables.content.roadmaps import enrolments
from persistence.tables.learning.daily_targets import progress_checks
from persistence.tables.learning.goals import goals


def goal_completed() -> CTE:
    """Note that the goal of a transition is completed, if that is what the transition does."""
    return noting(
        WebhookEvent.GOAL_COMPLETED,
        select()
        .where(goals.c.id == bindparam("goal_id", type_=ID))
        .where(bindparam("to_state", type_=Text) == GoalState.COMPLETED.value),
        user=goals.c.owner_id,
        at=bindparam("occurred_at", type_=MOMENT),
        goal_id=goals.c.id,
        kind=goals.c.kind,
        roadmap_id=goals.c.roadmap_id,
    )


def roadmap_completed() -> CTE:
    """Note that the roadmap of an enrolment is completed, if it was not before."""
    return noting(
        WebhookEvent.ROADMAP_COMPLETED,
        select()
        .where(enrolments.c.id == bindparam("enrolment_id", type_=ID))
        .where(enrolments.c.completed_at.is_(None)),
        user=enrolments.c.user_id,
        at=bindparam("now", type_=MOMENT),
        enrolment_id=enrolments.c.id,
        roadmap_id=enrolments.c.roadmap_id,
        roadmap_version_id=enrolments.c.version_id,
    )


def progress_check() -> CTE:
    """Note a check of the learner of an enrolment, whose goals may be about its roadmap."""
    learner = select(enrolments.c.user_id).where(enrolments.c.id == bindparam("enrolment_id", type_=ID))
    return insert(progress_checks).from_select(["user_id"], learner).cte("checked")
