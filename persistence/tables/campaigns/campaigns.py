"""The tables of e-mail templates, of segments, of campaigns, and of the recipients of these."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from persistence.statements import ID, MOMENT, id_column, metadata

email_templates = Table(
    "email_templates",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
)

email_template_versions = Table(
    "email_template_versions",
    metadata,
    Column("template_id", ID, ForeignKey("email_templates.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("variables", ARRAY(Text), nullable=False),
    Column("saved_at", MOMENT, nullable=False),
    PrimaryKeyConstraint("template_id", "version"),
)

segments = Table(
    "segments",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("groups", JSONB, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
)

campaigns = Table(
    "campaigns",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("state", ID, nullable=False),
    Column("version", Integer, nullable=False),
    Column("template_id", ID, ForeignKey("email_templates.id", ondelete="SET NULL")),
    Column("template_version", Integer),
    Column("segment_id", ID, ForeignKey("segments.id", ondelete="SET NULL")),
    Column("groups", JSONB(none_as_null=True)),
    Column("values", JSONB, nullable=False),
    Column("per_second", Integer),
    Column("quiet_from", SmallInteger, nullable=False),
    Column("quiet_until", SmallInteger, nullable=False),
    Column("scheduled_at", MOMENT),
    Column("created_at", MOMENT, nullable=False),
    Column("started_at", MOMENT),
    Column("finished_at", MOMENT),
    Column("tick", Integer, nullable=False, server_default=text("0")),
    Column("resolved_to", ID),
    Column("is_resolved", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint("quiet_from BETWEEN 0 AND 23 AND quiet_until BETWEEN 0 AND 23", name="quiet_hours"),
    Index("campaigns_state_id_idx", "state", "id"),
    Index("campaigns_template_id_idx", "template_id"),
    Index("campaigns_segment_id_idx", "segment_id"),
)

campaign_recipients = Table(
    "campaign_recipients",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("campaign_id", ID, ForeignKey("campaigns.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", ID, ForeignKey("users.id", ondelete="SET NULL")),
    Column("state", ID, nullable=False, server_default=text("'PENDING'")),
    Column("next_run_at", MOMENT),
    Column("mail_id", BigInteger),
    Column("reason", Text),
    Column("sent_at", MOMENT),
    Column("delivered", Boolean, nullable=False, server_default=text("false")),
    Column("bounced", Boolean, nullable=False, server_default=text("false")),
    Column("complained", Boolean, nullable=False, server_default=text("false")),
    Column("clicked", Boolean, nullable=False, server_default=text("false")),
    Column("unsubscribed_at", MOMENT),
    Column("xp_sessions", Integer),
    UniqueConstraint("campaign_id", "user_id"),
    Index("campaign_recipients_list_idx", "campaign_id", "id"),
    Index("campaign_recipients_state_idx", "campaign_id", "state", "id"),
    Index(
        "campaign_recipients_due_idx",
        "campaign_id",
        "next_run_at",
        "id",
        postgresql_where=text("state = 'PENDING'"),
    ),
    Index("campaign_recipients_user_id_idx", "user_id"),
    Index("campaign_recipients_mail_id_idx", "mail_id"),
)
