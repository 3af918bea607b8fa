"""The tables of feature flags; one without a row has its default."""

from sqlalchemy import ARRAY, Boolean, Column, ForeignKey, Index, SmallInteger, Table, Text

from persistence.statements import ID, MOMENT, metadata

feature_flags = Table(
    "feature_flags",
    metadata,
    Column("key", ID, primary_key=True),
    Column("enabled", Boolean, nullable=False),
    Column("percentage", SmallInteger),
    Column("roles", ARRAY(Text), nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    Column("changed_by", ID, ForeignKey("users.id", ondelete="SET NULL")),
)

feature_flag_users = Table(
    "feature_flag_users",
    metadata,
    Column("flag_key", ID, ForeignKey("feature_flags.key", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Index("feature_flag_users_user_id_idx", "user_id"),
)
