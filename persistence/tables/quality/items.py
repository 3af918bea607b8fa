"""Tables of item statistics: the order in which attempts were counted, and the totals of each question."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from persistence.statements import ID, MOMENT, metadata

item_attempts = Table(
    "item_attempts",
    metadata,
    Column("attempt_id", ID, ForeignKey("quiz_attempts.id", ondelete="CASCADE"), primary_key=True),
    Column("place", BigInteger, unique=True),
    Index("item_attempts_open_idx", "attempt_id", postgresql_where=text("place IS NULL")),
)
item_totals = Table(
    "item_totals",
    metadata,
    Column("question_id", ID, ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True),
    Column("responses", Integer, nullable=False),
    Column("credit", BigInteger, nullable=False),
    Column("paired", Integer, nullable=False),
    Column("x", BigInteger, nullable=False),
    Column("y", BigInteger, nullable=False),
    Column("xx", BigInteger, nullable=False),
    Column("yy", BigInteger, nullable=False),
    Column("xy", BigInteger, nullable=False),
    Column("elo", Double, nullable=False),
    Column("choices", JSONB, nullable=False),
    Column("times", JSONB, nullable=False),
)
regraded_attempts = Table(
    "regraded_attempts",
    metadata,
    Column("attempt_id", ID, ForeignKey("quiz_attempts.id", ondelete="CASCADE"), nullable=False),
    Column("question_id", ID, ForeignKey("questions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("old_score", Numeric(4, 1), nullable=False),
    Column("new_score", Numeric(4, 1), nullable=False),
    Column("is_raised", Boolean, nullable=False),
    Column("xp", Integer, nullable=False),
    Column("regraded_at", MOMENT, nullable=False),
    PrimaryKeyConstraint("attempt_id", "question_id"),
)
