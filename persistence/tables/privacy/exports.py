"""The table of data exports."""

from sqlalchemy import Column, ForeignKey, Index, Table

from persistence.statements import ID, MOMENT, id_column, metadata

exports = Table(
    "exports",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Index("exports_user_id_id_idx", "user_id", "id"),
)
