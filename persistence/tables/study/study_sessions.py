"""Tables of study sessions, of the questions that they showed, and of the answers."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Interval,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from persistence.statements import ID, MOMENT, id_column, metadata

_open = text("ended_at IS NULL")
study_sessions = Table(
    "study_sessions",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("exam_type_id", ID, ForeignKey("exam_types.id"), nullable=False),
    Column("domain_ids", ARRAY(ID), nullable=False),
    Column("difficulty", Text),
    Column("quiz_id", ID, ForeignKey("quizzes.id", ondelete="SET NULL")),
    Column("seed", BigInteger, nullable=False),
    Column("round", Integer, nullable=False),
    Column("started_at", MOMENT, nullable=False),
    Column("last_active_at", MOMENT, nullable=False),
    Column("ended_at", MOMENT),
    Column("questions_viewed", Integer, nullable=False),
    Column("questions_answered", Integer, nullable=False),
    Column("time_spent", Interval, nullable=False),
    Index("study_sessions_open_key", "user_id", unique=True, postgresql_where=_open),
    Index("study_sessions_last_active_at_idx", "last_active_at", postgresql_where=_open),
    Index(None, "user_id", "id"),
    Index("study_sessions_quiz_id_idx", "quiz_id", postgresql_where=text("quiz_id IS NOT NULL")),
)
study_slots = Table(
    "study_slots",
    metadata,
    Column("session_id", ID, ForeignKey("study_sessions.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("question_id", ID, ForeignKey("questions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("round", Integer, nullable=False),
    Column("shown_at", MOMENT, nullable=False),
    Column("ended_at", MOMENT),
    Column("client_id", Text),
    Column("time_spent", Interval),
    PrimaryKeyConstraint("session_id", "number"),
    UniqueConstraint("session_id", "client_id"),
    CheckConstraint("(ended_at IS NULL) = (time_spent IS NULL)", name="time_spent"),
    Index("study_slots_open_key", "session_id", unique=True, postgresql_where=_open),
)
study_answers = Table(
    "study_answers",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("session_id", ID, ForeignKey("study_sessions.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("question_id", ID, ForeignKey("questions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("answer", JSONB, nullable=False),
    Column("credit_numerator", Integer, nullable=False),
    Column("credit_denominator", Integer, nullable=False),
    Column("time_spent", Interval, nullable=False),
    Column("answered_at", MOMENT, nullable=False),
    Column("local_date", Date, nullable=False),
    UniqueConstraint("session_id", "number"),
    CheckConstraint(
        "credit_numerator BETWEEN 0 AND credit_denominator AND credit_denominator > 0", name="credit"
    ),
    Index(None, "user_id", "local_date"),
)
"""Facts that are never changed: what spaced review, the streak and daily targets follow from."""
