"""Tables of users: accounts, and the history of their time zones."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)

from persistence.statements import ID, MOMENT, id_column, metadata

users = Table(
    "users",
    metadata,
    id_column(),
    Column("handle", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("avatar_url", Text),
    Column("bio", Text, nullable=False, server_default=text("''")),
    Column("joined_at", MOMENT, nullable=False),
    Column("level", Integer, nullable=False, server_default=text("1")),
    Column("xp_total", BigInteger, nullable=False, server_default=text("0")),
    Column("email", Text, nullable=False),
    Column("email_verified", Boolean, nullable=False, server_default=text("false")),
    Column("password_hash", Text),
    Column("roles", ARRAY(Text), nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("day_start_hour", SmallInteger, nullable=False, server_default=text("0")),
    Column("locale", Text, nullable=False, server_default=text("'en'")),
    Column("on_boards", Boolean, nullable=False, server_default=text("true")),
    Column("last_sign_in_at", MOMENT),
    Column("access_version", BigInteger, nullable=False, server_default=text("0")),
    Column("suspended_at", MOMENT),
    Column("suspended_until", MOMENT),
    Column("suspended_reason", Text),
    Column("deleting_at", MOMENT),
    Column("erased_at", MOMENT),
    Column("avatar_visibility", Text, nullable=False, server_default=text("'EVERYONE'")),
    Column("bio_visibility", Text, nullable=False, server_default=text("'EVERYONE'")),
    Column("joined_visibility", Text, nullable=False, server_default=text("'EVERYONE'")),
    Column("revision", Integer, nullable=False, server_default=text("0")),
    CheckConstraint("day_start_hour BETWEEN 0 AND 6", name="day_start_hour"),
    CheckConstraint("xp_total >= 0", name="xp_total"),
    *(
        CheckConstraint(f"{name} IN ('EVERYONE', 'NOBODY')", name=name)
        for name in ("avatar_visibility", "bio_visibility", "joined_visibility")
    ),
    Index("users_email_key", "email", unique=True),
    Index("users_handle_key", "handle", unique=True),
    # The next three are in the order of bytes (COLLATE "C"), in which a prefix is a range.
    Index("users_handle_search_idx", "handle"),
    Index("users_email_search_idx", "email"),
    Index("users_name_search_idx", text("lower(display_name)")),
    Index("users_admins_idx", "id", postgresql_where=text("'ADMIN' = ANY (roles)")),
    Index("users_suspended_idx", "id", postgresql_where=text("suspended_at IS NOT NULL")),
    Index(
        "users_deleting_at_idx",
        "deleting_at",
        postgresql_where=text("deleting_at IS NOT NULL AND erased_at IS NULL"),
    ),
)
zone_changes = Table(
    "zone_changes",
    metadata,
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    Column("old_time_zone", Text, nullable=False),
    Column("new_time_zone", Text, nullable=False),
    Column("old_day_start_hour", SmallInteger, nullable=False),
    Column("new_day_start_hour", SmallInteger, nullable=False),
    PrimaryKeyConstraint("user_id", "changed_at"),
)
IS_JUDGE = """EXISTS (
        SELECT FROM users u WHERE u.id = :viewer_id AND u.roles && CAST(ARRAY['MODERATOR', 'ADMIN'] AS text[]))"""
"""The condition that the viewer is a moderator or an admin now."""
