"""Tables of sessions and refresh tokens."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from persistence.statements import ID, MOMENT, id_column, metadata

sessions = Table(
    "sessions",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("last_used_at", MOMENT, nullable=False),
    Column("revoked_at", MOMENT),
    Column("device", Text),
    Column("address", Text),
)


refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", Text(collation="C"), primary_key=True),
    Column("session_id", ID, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", MOMENT, nullable=False),
    Column("spent_at", MOMENT),
)
Index(
    "refresh_tokens_spent_at_idx",
    refresh_tokens.c.spent_at,
    postgresql_where=refresh_tokens.c.spent_at.is_not(None),
)
