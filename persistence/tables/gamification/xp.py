"""Tables of the XP ledger and its outbox."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from persistence.statements import ID, MOMENT, id_column, metadata

xp_entries = Table(
    "xp_entries",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("amount", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("source_type", Text, nullable=False),
    Column("source_id", Text(collation="C"), nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("explanation", Text, nullable=False),
    Column("occurred_at", MOMENT, nullable=False),
    Column("local_date", Date, nullable=False),
    Column("status", Text, nullable=False),
    Column("reverses_id", ID, ForeignKey("xp_entries.id")),
    UniqueConstraint("user_id", "reason", "source_type", "source_id"),
    CheckConstraint("status IN ('PENDING', 'SETTLED', 'REVERSED')", name="status"),
    Index(None, "user_id", "id"),
    Index(None, "user_id", "local_date"),
    Index("xp_entries_pending_idx", "id", postgresql_where=text("status = 'PENDING'")),
    Index("xp_entries_reverses_id_idx", "reverses_id", postgresql_where=text("reverses_id IS NOT NULL")),
)


xp_outbox = Table(
    "xp_outbox",
    metadata,
    id_column("entry_id"),
    Column("user_id", ID, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("occurred_at", MOMENT, nullable=False),
)
"""Settled amounts that are not on the leaderboards yet; the projection deletes each that it takes.

A queue of copies, without a foreign key: an amount of a deleted learner is dropped when it is taken.
"""
