"""The tables of mail events, and of the requests of providers that reported them."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, PrimaryKeyConstraint, Table, Text

from persistence.statements import ID, MOMENT, metadata

mail_events = Table(
    "mail_events",
    metadata,
    Column("mail_id", BigInteger, ForeignKey("mails.id", ondelete="CASCADE"), nullable=False),
    Column("kind", ID, nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("status", Text),
    Column("is_hard", Boolean, nullable=False),
    PrimaryKeyConstraint("mail_id", "kind"),
    Index("mail_events_kind_at_idx", "kind", "at"),
)
mail_reports = Table(
    "mail_reports",
    metadata,
    Column("id", ID, primary_key=True),
    Column("received_at", MOMENT, nullable=False, index=True),
)
