"""The tables of the mail outbox: mails, the layouts that many share, and when the next of a sender may go."""

from sqlalchemy import BigInteger, Column, Identity, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from persistence.statements import ID, MOMENT, id_column, metadata

mails = Table(
    "mails",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("recipient", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("values", JSONB),
    Column("posted_at", MOMENT, nullable=False, server_default=text("now()")),
    Column("job_id", ID),
    Column("sent_at", MOMENT),
    Column("given_up_at", MOMENT),
    Column("failure", Text),
    Column("suppressed_by", Text),
    Column("claimed_until", MOMENT),
    Index("mails_recipient_idx", "recipient"),
    Index("mails_sent_at_idx", "sent_at", postgresql_where=text("sent_at IS NOT NULL")),
    Index("mails_suppressed_idx", "given_up_at", postgresql_where=text("suppressed_by IS NOT NULL")),
    Column("layout_id", ID),
    Index("mails_waiting_idx", "id", postgresql_where=text("sent_at IS NULL AND given_up_at IS NULL")),
)

mail_layouts = Table(
    "mail_layouts",
    metadata,
    id_column(),
    Column("source", Text, nullable=False),
)

mail_paces = Table(
    "mail_paces",
    metadata,
    Column("name", ID, primary_key=True),
    Column("next_at", MOMENT, nullable=False),
)
