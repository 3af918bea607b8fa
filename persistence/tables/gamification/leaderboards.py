"""Tables of leaderboards: boards, entries, buckets of XP."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    PrimaryKeyConstraint,
    Table,
)

from persistence.statements import ID, MOMENT, metadata

boards = Table(
    "leaderboards",
    metadata,
    Column("board", ID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("learners", BigInteger, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
)


entries = Table(
    "leaderboard_entries",
    metadata,
    Column("board", ID, nullable=False),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("xp", BigInteger, nullable=False),
    Column("reached_at", MOMENT, nullable=False),
    Column("last_gain", BigInteger, nullable=False),
    Column("visible", Boolean, nullable=False),
    PrimaryKeyConstraint("board", "user_id"),
)


buckets = Table(
    "leaderboard_buckets",
    metadata,
    Column("board", ID, nullable=False),
    Column("xp", BigInteger, nullable=False),
    Column("learners", BigInteger, nullable=False),
    PrimaryKeyConstraint("board", "xp"),
    CheckConstraint("learners > 0", name="learners"),
)
