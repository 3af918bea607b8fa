"""Tables of explore chats and of their messages."""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Interval,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from persistence.statements import ID, MOMENT, id_column, metadata

_in_progress = text("state IN ('WAITING', 'STREAMING')")
explore_chats = Table(
    "explore_chats",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("topic", Text),
    Column("title", Text),
    Column("origin_id", ID),
    Column("started_at", MOMENT, nullable=False),
    Column("last_active_at", MOMENT, nullable=False),
    Column("archived_at", MOMENT),
    Column("message_count", Integer, nullable=False),
    Column("tokens", Integer, nullable=False),
    Column("time_spent", Interval, nullable=False),
    Column("suggested_questions", ARRAY(Text), nullable=False),
    Column("suggested_after", Integer, nullable=False),
    Index(None, "user_id", "id"),
    Index("explore_chats_started_at_idx", "user_id", "started_at", "id"),
    Index("explore_chats_origin_id_idx", "origin_id", postgresql_where=text("origin_id IS NOT NULL")),
)
chat_messages = Table(
    "chat_messages",
    metadata,
    id_column(),
    Column("chat_id", ID, ForeignKey("explore_chats.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("writing", Integer, nullable=False),
    Column("job_id", ID),
    Column("call_id", ID),
    Column("model", Text),
    Column("tokens", Integer, nullable=False),
    Column("failure", Text),
    Column("failure_message", Text),
    Column("asked_at", MOMENT, nullable=False),
    Column("started_at", MOMENT),
    Column("ended_at", MOMENT),
    UniqueConstraint("chat_id", "number"),
    CheckConstraint("state IN ('WAITING', 'STREAMING', 'DONE', 'CANCELLED', 'FAILED')", name="state"),
    CheckConstraint("(ended_at IS NULL) = (state IN ('WAITING', 'STREAMING'))", name="ended"),
    CheckConstraint("(failure IS NULL) = (state <> 'FAILED')", name="failure"),
    Index("chat_messages_asked_at_idx", "chat_id", "asked_at", "id"),
    Index("chat_messages_in_progress_key", "chat_id", unique=True, postgresql_where=_in_progress),
)
"""Questions with their answers; a chat has one answer at most that is not ended."""
