"""Indexes by which the activity log is read in order, and by which calls of language models are filtered."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"

_INDEXES = [
    ("topic_chains_created_at_idx", "topic_chains", ["owner_id", "created_at", "id"]),
    ("explore_chats_started_at_idx", "explore_chats", ["user_id", "started_at", "id"]),
    ("chat_messages_asked_at_idx", "chat_messages", ["chat_id", "asked_at", "id"]),
    ("threads_created_at_idx", "threads", ["owner_id", "created_at", "id"]),
    ("thread_contents_created_at_idx", "thread_contents", ["thread_id", "created_at", "id"]),
    ("ai_calls_caller_id_started_at_idx", "ai_calls", ["caller_id", "started_at", "id"]),
    ("ai_calls_status_id_idx", "ai_calls", ["status", "id"]),
    ("ai_calls_purpose_id_idx", "ai_calls", ["purpose", "id"]),
    ("ai_calls_model_id_idx", "ai_calls", ["model", "id"]),
]


def upgrade() -> None:
    for name, table, columns in _INDEXES:
        op.create_index(name, table, columns)
    op.create_index(
        "topics_explored_at_idx",
        "topics",
        ["chain_id", "explored_at", "id"],
        postgresql_where=sa.text("explored_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("topics_explored_at_idx", "topics")
    for name, table, _ in _INDEXES:
        op.drop_index(name, table)
