"""Dashboards: totals, streak and latest activities of a learner."""

from datetime import datetime, timedelta
from typing import Protocol

from domain.entities import entity
from domain.errors import NotFoundError
from domain.gamification import current_streak
from domain.gamification.current_streak import Streak
from domain.gamification.streaks import ActivityKind, History, UserZone
from domain.ids import UserId

LATEST_ACTIVITIES = 10


@entity
class ActivityEvent:
    """One activity of the learner."""

    kind: ActivityKind
    summary: str
    occurred_at: datetime


@entity
class DashboardFigures:
    """Everything that a dashboard shows, as one statement reads it."""

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
    """Reads dashboards."""

    async def figures(self, user_id: UserId, *, now: datetime) -> DashboardFigures | None:
        """Return the figures of a user's dashboard, read in one statement."""


async def of_user(dashboards: Dashboards, *, user_id: UserId, now: datetime) -> Dashboard:
    """Return the user's dashboard at `now`; raises NotFoundError."""
    figures = await dashboards.figures(user_id, now=now)
    if figures is None:
        raise NotFoundError("There is no such user.")
    return Dashboard(
        xp_total=figures.xp_total,
        level=figures.level,
        total_quizzes=figures.total_quizzes,
        time_spent=timedelta(seconds=figures.seconds),
        active_goals=figures.active_goals,
        nodes_completed=figures.nodes_completed,
        streak=current_streak.streak_at(figures.history, figures.zone, now),
        recent_activities=figures.recent_activities,
    )
