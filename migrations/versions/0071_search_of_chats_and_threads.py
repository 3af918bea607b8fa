"""Bookmarks and notes of explore chats and threads, and their words for the search.

The words of an answer are kept from its end on, because it is stored in many pieces. Messages and contents have no
index of words: the search reads those of the viewer's own chats and threads.
"""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"

_ID = sa.Text(collation="C")
_BEFORE = "question_id, node_id, roadmap_id, quiz_id, topic_id"
_NOW = f"{_BEFORE}, chat_id, thread_id"
_TARGETS = {"chat_id": "explore_chats", "thread_id": "threads"}
VECTORS = {
    "explore_chats": "search_vector(coalesce(title, topic, ''), coalesce(topic, ''))",
    "chat_messages": "search_vector(question, CASE WHEN ended_at IS NULL THEN '' ELSE answer END)",
    "threads": "search_vector(title, description)",
    "thread_contents": "search_vector(title, body)",
}


def upgrade() -> None:
    for table in ("bookmarks", "notes"):
        for key, target in _TARGETS.items():
            op.add_column(table, sa.Column(key, _ID))
            op.create_foreign_key(f"{table}_{key}_fkey", table, target, [key], ["id"], ondelete="CASCADE")
            op.create_index(
                f"{table}_{key}_idx", table, [key], postgresql_where=sa.text(f"{key} IS NOT NULL")
            )
        _check(table, _NOW)
    for table, vector in VECTORS.items():
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN search_vector tsvector GENERATED ALWAYS AS ({vector}) STORED"
        )


def downgrade() -> None:
    for table in VECTORS:
        op.execute(f"ALTER TABLE {table} DROP COLUMN search_vector")
    for table in ("bookmarks", "notes"):
        op.execute(f"DELETE FROM {table} WHERE chat_id IS NOT NULL OR thread_id IS NOT NULL")  # noqa: S608 - names of this module
        _check(table, _BEFORE)
        for key in _TARGETS:
            op.drop_column(table, key)


def _check(table: str, keys: str) -> None:
    op.drop_constraint(op.f(f"{table}_target_check"), table)
    op.create_check_constraint(
        op.f(f"{table}_target_check"), table, f"num_nonnulls({keys}) = 1 AND target_id = coalesce({keys})"
    )
