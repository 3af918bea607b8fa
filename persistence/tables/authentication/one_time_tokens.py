"""The table of one-time tokens, for links in mails."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from persistence.statements import ID, MOMENT, metadata

one_time_tokens = Table(
    "one_time_tokens",
    metadata,
    Column("digest", Text(collation="C"), primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("email", Text, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Index("one_time_tokens_user_id_idx", "user_id"),
    Index("one_time_tokens_expires_at_idx", "expires_at"),
)
