"""The tables of webhooks: endpoints, events on their way to deliveries, and the log of deliveries."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from persistence.statements import ID, MOMENT, id_column, metadata

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    id_column(),
    Column("owner_id", ID, ForeignKey("users.id", ondelete="SET NULL")),
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("events", ARRAY(Text), nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("previous_secret", LargeBinary),
    Column("created_at", MOMENT, nullable=False),
    Column("disabled_at", MOMENT),
    Column("disabled_because", Text),
    Column("failing_since", MOMENT),
    Column("previous_secret_until", MOMENT),
)

webhook_events = Table(
    "webhook_events",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("event", ID, nullable=False),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("occurred_at", MOMENT, nullable=False),
    Column("facts", JSONB, nullable=False),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    id_column(),
    Column("endpoint_id", ID, ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), nullable=False),
    Column("event_id", ID, nullable=False),
    Column("event", ID, nullable=False),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE")),
    Column("payload", JSONB, nullable=False),
    Column("state", ID, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("status", Integer),
    Column("failure", Text),
    Column("milliseconds", Integer),
    Column("job_id", ID, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("attempted_at", MOMENT),
    Index("webhook_deliveries_endpoint_id_id_idx", "endpoint_id", "id"),
    Index("webhook_deliveries_event_id_idx", "event", "id"),
    Index("webhook_deliveries_state_id_idx", "state", "id"),
    Index("webhook_deliveries_user_id_idx", "user_id", postgresql_where=text("user_id IS NOT NULL")),
)
