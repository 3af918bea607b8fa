"""Tables of questions and of their answer keys."""

from sqlalchemy import ARRAY, Boolean, Column, ForeignKey, Index, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from persistence.statements import ID, id_column, metadata

questions = Table(
    "questions",
    metadata,
    id_column(),
    Column("exam_type_id", ID, ForeignKey("exam_types.id"), nullable=False, index=True),
    Column("domain_id", ID, ForeignKey("exam_domains.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("difficulty", Text, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("options", JSONB, nullable=False),
    Column("all_or_nothing", Boolean, nullable=False),
    Column("author_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("content_hash", Text(collation="C"), nullable=False),
    UniqueConstraint("author_id", "content_hash"),
    Index(None, "author_id", "exam_type_id", "name"),
)


question_keys = Table(
    "question_keys",
    metadata,
    Column("question_id", ID, ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True),
    Column("correct_options", ARRAY(ID), nullable=False),
    Column("truth", Boolean),
    Column("texts", JSONB, nullable=False),
    Column("numbers", JSONB, nullable=False),
    Column("explanation", Text, nullable=False),
    Column("option_feedback", JSONB, nullable=False),
)
