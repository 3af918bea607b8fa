"""The tables of calls of language models, without any text of a prompt or an answer, and of their callers' budgets."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    text,
)

from persistence.statements import ID, MOMENT, id_column, metadata

ai_budgets = Table(
    "ai_budgets",
    metadata,
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Date, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("paced_until", MOMENT, nullable=False),
    CheckConstraint("requests >= 0 AND tokens >= 0 AND cost >= 0", name="amounts"),
)
ai_calls = Table(
    "ai_calls",
    metadata,
    id_column(),
    Column("caller_id", ID, ForeignKey("users.id", ondelete="SET NULL")),
    Column("purpose", Text, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("prompt_version", SmallInteger, nullable=False),
    Column("model", ID, nullable=False),
    Column("provider", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("tokens_in", Integer, nullable=False),
    Column("tokens_out", Integer, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("latency_ms", Integer),
    Column("started_at", MOMENT, nullable=False),
    CheckConstraint("(latency_ms IS NULL) = (status IN ('RUNNING', 'LOST'))", name="ended"),
    Index("ai_calls_caller_id_id_idx", "caller_id", "id"),
    Index("ai_calls_caller_id_started_at_idx", "caller_id", "started_at", "id"),
    Index("ai_calls_status_id_idx", "status", "id"),
    Index("ai_calls_purpose_id_idx", "purpose", "id"),
    Index("ai_calls_model_id_idx", "model", "id"),
    Index("ai_calls_started_at_idx", "started_at"),
    Index("ai_calls_running_idx", "started_at", postgresql_where=text("status = 'RUNNING'")),
)
