"""Dashboards in Postgres: one statement for a whole dashboard."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    Subquery,
    bindparam,
    cast,
    distinct,
    func,
    literal_column,
    not_,
    select,
)

from domain.analytics.dashboards import LATEST_ACTIVITIES, ActivityEvent, DashboardFigures
from domain.gamification.streaks import ActivityKind, UserZone
from domain.ids import UserId
from persistence.database import SqlConnection
from persistence.gamification.streaks import history_from, history_of
from persistence.statements import ID, Statement
from persistence.tables.accounts.users import users
from persistence.tables.analytics.learner_analytics import attempt_days
from persistence.tables.content.roadmaps import enrolments, node_progress
from persistence.tables.gamification.streaks import activities
from persistence.tables.learning.goals import goals, is_overdue
from persistence.tables.study.study_sessions import study_sessions

_USER = bindparam("user_id", type_=ID)


def _as_json(rows: Subquery) -> Any:
    """Select all rows as one JSON array of arrays, which is null without rows."""
    return select(func.json_agg(func.json_build_array(*rows.c))).scalar_subquery()


def _of_user(counted: Any, table: Any) -> Select[Any]:
    return select(counted).where(table.c.user_id == _USER)


_quizzes = _of_user(cast(func.coalesce(func.sum(attempt_days.c.quizzes), 0), Integer), attempt_days)
_seconds_in_quizzes = _of_user(func.coalesce(func.sum(attempt_days.c.seconds), 0), attempt_days)
_studied = func.coalesce(func.sum(study_sessions.c.time_spent), literal_column("interval '0'"))
_seconds_in_study = _of_user(func.extract("epoch", _studied), study_sessions)
_seconds = cast(_seconds_in_quizzes.scalar_subquery() + _seconds_in_study.scalar_subquery(), Integer)
_active = (
    select(cast(func.count(), Integer))
    .where(goals.c.owner_id == _USER)
    .where(goals.c.state == "ACTIVE")
    .where(not_(func.coalesce(is_overdue, literal_column("false"))))
)
_nodes = (
    _of_user(cast(func.count(distinct(node_progress.c.lineage_id)), Integer), enrolments)
    .select_from(enrolments.join(node_progress))
    .where(node_progress.c.state == "DONE")
)
_since = (
    select(activities.c.local_date - 2)
    .where(activities.c.user_id == _USER)
    .order_by(activities.c.local_date.desc())
    .offset(literal_column(str(LATEST_ACTIVITIES - 1)))
    .limit(literal_column("1"))
    .scalar_subquery()
)
# A local date is at most a day from that of UTC, so none of the latest activities by moment is more than two dates
# older than the oldest of as many by date. The streak needs the index by date; one by moment would serve only this.
_latest = (
    select(activities.c.kind, activities.c.summary, activities.c.occurred_at)
    .where(activities.c.user_id == _USER)
    .where(activities.c.local_date >= func.coalesce(_since, literal_column("date '-infinity'")))
    .order_by(activities.c.occurred_at.desc(), activities.c.source_id.desc())
    .limit(literal_column(str(LATEST_ACTIVITIES)))
)
_FIGURES = Statement(
    select(
        users.c.xp_total,
        users.c.level,
        users.c.time_zone,
        users.c.day_start_hour,
        _quizzes.scalar_subquery(),
        _seconds,
        _active.scalar_subquery(),
        _nodes.scalar_subquery(),
        _as_json(history_of(_USER).subquery("history")),
        _as_json(_latest.subquery("latest")),
    ).where(users.c.id == _USER)
)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _figures(row: Any) -> DashboardFigures:
    xp_total, level, zone, start, quizzes, seconds, active, nodes, history, latest = row
    days: list[Any] = [
        (date.fromisoformat(day), _moment(first), _moment(last), *rest)
        for day, first, last, *rest in history or []
    ]
    return DashboardFigures(
        xp_total=xp_total,
        level=level,
        zone=UserZone(time_zone=zone, day_start_hour=start),
        total_quizzes=quizzes,
        seconds=seconds,
        active_goals=active,
        nodes_completed=nodes,
        history=history_from(days),
        recent_activities=[
            ActivityEvent(
                kind=ActivityKind(kind), summary=summary, occurred_at=datetime.fromisoformat(occurred_at)
            )
            for kind, summary, occurred_at in latest or []
        ],
    )


class SqlDashboards:
    """Dashboards from the tables of XP, streaks, attempts, study, goals and enrolments."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def figures(self, user_id: UserId, *, now: datetime) -> DashboardFigures | None:
        """Return the figures of a user's dashboard."""
        rows = await self._connection.rows(_FIGURES, user_id=user_id, now=now)
        return _figures(rows[0]) if rows else None
