"""The table of uploads."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from persistence.statements import ID, MOMENT, id_column, metadata

uploads = Table(
    "uploads",
    metadata,
    id_column(),
    Column("owner_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("content_type", Text),
    Column("size_bytes", Integer, nullable=False),
    Column("sha256", Text),
    Column("created_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("received_at", MOMENT),
    Column("received_until", MOMENT),
    Column("is_removed", Boolean, nullable=False, server_default=text("false")),
    Index("uploads_owner_id_id_idx", "owner_id", "id"),
    Index("uploads_expires_at_idx", "expires_at"),
)
"""`received_until` is set while a request sends the bytes; `is_removed` says that the file is gone."""
