"""The table of idempotency receipts."""

from sqlalchemy import Column, PrimaryKeyConstraint, Table, Text

from persistence.statements import ID, MOMENT, metadata

receipts = Table(
    "idempotency_receipts",
    metadata,
    Column("user_id", ID, nullable=False),
    Column("operation", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("result_id", ID, nullable=False),
    Column("claimed_at", MOMENT, nullable=False),
    PrimaryKeyConstraint("user_id", "operation", "key"),
)
"""Receipts of a day, without a foreign key: the operation that wrote one has checked its user."""
