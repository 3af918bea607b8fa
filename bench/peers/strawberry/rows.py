"""SQLAlchemy ORM classes over the gateway's tables."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import DeclarativeBase

from persistence import schema
from persistence.tables.accounts import users
from persistence.tables.analytics import learner_analytics
from persistence.tables.assessment import attempts
from persistence.tables.content import questions, roadmaps
from persistence.tables.gamification import leaderboards, xp
from persistence.tables.learning import goals


class Base(DeclarativeBase):
    """The ORM's registry."""

    metadata = schema.metadata


def _mapped(name: str, table: Table) -> Any:
    """Make a class with an attribute per column."""
    return type(name, (Base,), {"__table__": table})


User = _mapped("User", users.users)
Board = _mapped("Board", leaderboards.boards)
Entry = _mapped("Entry", leaderboards.entries)
Goal = _mapped("Goal", goals.goals)
Roadmap = _mapped("Roadmap", roadmaps.roadmaps)
Version = _mapped("Version", roadmaps.roadmap_versions)
Node = _mapped("Node", roadmaps.roadmap_nodes)
Day = _mapped("Day", learner_analytics.attempt_days)
Attempt = _mapped("Attempt", attempts.attempts)
Slot = _mapped("Slot", attempts.slots)
Key = _mapped("Key", questions.question_keys)
XpEntry = _mapped("XpEntry", xp.xp_entries)
