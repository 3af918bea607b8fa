"""Dashboards: where a learner stands, at a glance."""

from datetime import datetime, timedelta
from typing import Protocol

from domain import standings
from domain.entities import entity
from domain.errors import NotFoundError
from domain.ids import UserId
from domain.standings import Streak
from domain.streaks import ActivityKind, History, UserZone

LATEST_ACTIVITIES = 10


@entity
class ActivityEvent:
    """Something that the learner did."""

    kind: ActivityKind
    summary: str
    occurred_at: datetime


@entity
class Glance:
    """What one statement reads for a dashboard."""

    xp_total: int
    level: int
    zone: UserZone
    total_quizzes: int
    seconds: int
    active_goals: int
    nodes_completed: int
    history: History
    recent_activities: list[ActivityEvent]


@entity
class Dashboard:
    """Totals, the streak and the latest activities of a learner."""

    xp_total: int
    level: int
    total_quizzes: int
    time_spent: timedelta
    active_goals: int
    nodes_completed: int
    streak: Streak
    recent_activities: list[ActivityEvent]


class Dashboards(Protocol):
    """Reads a whole dashboard at once."""

    async def glance(self, user_id: UserId, *, now: datetime) -> Glance | None:
        """Return what a dashboard tells of, read in one statement."""


async def of_user(dashboards: Dashboards, *, user_id: UserId, now: datetime) -> Dashboard:
    """Return the user's dashboard at `now`; raises NotFoundError."""
    glance = await dashboards.glance(user_id, now=now)
    if glance is None:
        raise NotFoundError("There is no such user.")
    return Dashboard(
        xp_total=glance.xp_total,
        level=glance.level,
        total_quizzes=glance.total_quizzes,
        time_spent=timedelta(seconds=glance.seconds),
        active_goals=glance.active_goals,
        nodes_completed=glance.nodes_completed,
        streak=standings.standing(glance.history, glance.zone, now),
        recent_activities=glance.recent_activities,
    )
