"""Tables of bookmarks and notes, each with a foreign key for each kind of target."""

from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, Column, ForeignKey, Index, Table, Text, UniqueConstraint, text

from domain.bookmarks.targets import TargetType
from persistence.statements import ID, MOMENT, id_column, metadata

TABLES = {
    TargetType.QUESTION: "questions",
    TargetType.NODE: "roadmap_nodes",
    TargetType.ROADMAP: "roadmaps",
    TargetType.QUIZ: "quizzes",
    TargetType.TOPIC: "topics",
    TargetType.CHAT: "explore_chats",
    TargetType.THREAD: "threads",
}
"""The table of each kind of target."""
KEYS = {kind: f"{kind.value}_id" for kind in TargetType}
"""The column that refers to each kind of target; exactly one is filled, with `target_id`, and its row goes with it."""


def _target(table: str) -> list[Any]:
    """Return the columns, constraints and indexes of a table whose rows a user has at most one of for a target."""
    columns = [
        Column(KEYS[kind], ID, ForeignKey(f"{TABLES[kind]}.id", ondelete="CASCADE")) for kind in TargetType
    ]
    names = ", ".join(KEYS.values())
    return [
        Column("target_id", ID, nullable=False),
        *columns,
        CheckConstraint(f"num_nonnulls({names}) = 1 AND target_id = coalesce({names})", name="target"),
        UniqueConstraint("user_id", "target_id"),
        Index(f"{table}_user_id_id_idx", "user_id", "id"),
        *(
            Index(f"{table}_{key}_idx", key, postgresql_where=text(f"{key} IS NOT NULL"))
            for key in KEYS.values()
        ),
    ]


bookmarks = Table(
    "bookmarks",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    *_target("bookmarks"),
    Column("tags", ARRAY(Text), nullable=False),
    Column("created_at", MOMENT, nullable=False),
)
notes = Table(
    "notes",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    *_target("notes"),
    Column("text", Text, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
)
