"""The table of the audit log."""

from sqlalchemy import Column, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from persistence.statements import ID, MOMENT, id_column, metadata

audit_entries = Table(
    "audit_entries",
    metadata,
    id_column(),
    Column("actor_id", ID),  # no foreign keys: the log outlives the users and sessions that it names
    Column("action", Text, nullable=False),
    Column("target", Text(collation="C"), nullable=False),
    Column("difference", JSONB, nullable=False, server_default=text("'{}'")),
    Column("address", Text),
    Column("session_id", ID),
    Column("happened_at", MOMENT, nullable=False),
    Index("audit_entries_actor_id_id_idx", "actor_id", "id"),
    Index("audit_entries_target_id_idx", "target", "id"),
    Index("audit_entries_action_id_idx", "action", "id"),
)
