"""The table of API keys."""

from sqlalchemy import ARRAY, Column, ForeignKey, Index, Table, Text

from persistence.statements import ID, MOMENT, id_column, metadata

api_keys = Table(
    "api_keys",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("prefix", Text(collation="C"), nullable=False),
    Column("key_hash", Text(collation="C"), nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("last_used_at", MOMENT),
    Column("revoked_at", MOMENT),
    Index("api_keys_key_hash_key", "key_hash", unique=True),
    Index("api_keys_user_id_id_idx", "user_id", "id"),
)
