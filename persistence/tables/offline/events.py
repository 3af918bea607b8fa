"""Tables of events of devices, and of when devices were in contact."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, PrimaryKeyConstraint, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from persistence.statements import ID, MOMENT, metadata

offline_events = Table(
    "offline_events",
    metadata,
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("id", ID, nullable=False),
    Column("device_id", ID, nullable=False),
    Column("kind", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("claimed_at", MOMENT, nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("earns_at", MOMENT, nullable=False),
    Column("status", Text, nullable=False),
    Column("refusals", JSONB, nullable=False),
    Column("received_at", MOMENT, nullable=False, index=True),
    PrimaryKeyConstraint("user_id", "id"),
    CheckConstraint("status IN ('APPLIED', 'REFUSED', 'WAITING')", name="status"),
    Index("offline_events_waiting_idx", "user_id", "at", "id", postgresql_where=text("status = 'WAITING'")),
)
offline_devices = Table(
    "offline_devices",
    metadata,
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("device_id", ID, nullable=False),
    Column("contact_before", MOMENT),
    Column("sync_began_at", MOMENT, nullable=False),
    Column("last_contact_at", MOMENT, nullable=False, index=True),
    PrimaryKeyConstraint("user_id", "device_id"),
)
