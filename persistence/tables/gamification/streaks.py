"""Tables of streaks: active days and freezes."""

from sqlalchemy import Column, Date, ForeignKey, Index, PrimaryKeyConstraint, Table, Text

from persistence.statements import ID, MOMENT, metadata

activities = Table(
    "activities",
    metadata,
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("source_type", Text, nullable=False),
    Column("source_id", ID, nullable=False),
    Column("summary", Text, nullable=False),
    Column("occurred_at", MOMENT, nullable=False),
    Column("local_date", Date, nullable=False),
    Column("time_zone", Text, nullable=False),
    PrimaryKeyConstraint("user_id", "kind", "source_type", "source_id"),
    Index(
        "activities_days_idx", "user_id", "local_date", "occurred_at", postgresql_include=["time_zone"]
    ),  # covers all columns that a streak is computed from: three years are read in a few milliseconds
)


streak_freezes = Table(
    "streak_freezes",
    metadata,
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("local_date", Date, nullable=False),
    PrimaryKeyConstraint("user_id", "local_date"),
)
