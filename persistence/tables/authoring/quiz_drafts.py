"""Table of quiz drafts."""

from sqlalchemy import ARRAY, Boolean, Column, ForeignKey, Integer, Interval, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from persistence.statements import ID, MOMENT, id_column, metadata

quiz_drafts = Table(
    "quiz_drafts",
    metadata,
    id_column(),
    Column("author_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("quiz_id", ID, ForeignKey("quizzes.id", ondelete="CASCADE")),
    Column("slug", Text(collation="C"), nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("exam_type_id", ID, ForeignKey("exam_types.id"), nullable=False, index=True),
    Column("time_limit", Interval),
    Column("pass_mark", Integer, nullable=False),
    Column("feedback", Text, nullable=False),
    Column("opens_at", MOMENT),
    Column("closes_at", MOMENT),
    Column("attempts_allowed", Integer),
    Column("cool_down", Interval),
    Column("shuffle_questions", Boolean, nullable=False),
    Column("shuffle_options", Boolean, nullable=False),
    Column("question_ids", ARRAY(ID), nullable=False),
    Column("pools", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    UniqueConstraint("author_id", "slug"),
    UniqueConstraint("quiz_id"),
)
