"""The tables as SQLAlchemy ORM classes, which take their columns from the tables of the house."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import DeclarativeBase

from persistence import (
    analytics,
    attempt_tables,
    goal_tables,
    leaderboards,
    questions,
    roadmap_tables,
    users,
    xp,
)


class Base(DeclarativeBase):
    """The ORM's registry."""

    metadata = users.users.metadata


def _mapped(name: str, table: Table) -> Any:
    """Make a class with an attribute per column."""
    return type(name, (Base,), {"__table__": table})


User = _mapped("User", users.users)
Board = _mapped("Board", leaderboards.boards)
Entry = _mapped("Entry", leaderboards.entries)
Goal = _mapped("Goal", goal_tables.goals)
Roadmap = _mapped("Roadmap", roadmap_tables.roadmaps)
Version = _mapped("Version", roadmap_tables.roadmap_versions)
Node = _mapped("Node", roadmap_tables.roadmap_nodes)
Day = _mapped("Day", analytics.attempt_days)
Attempt = _mapped("Attempt", attempt_tables.attempts)
Slot = _mapped("Slot", attempt_tables.slots)
Key = _mapped("Key", questions.question_keys)
XpEntry = _mapped("XpEntry", xp.xp_entries)
