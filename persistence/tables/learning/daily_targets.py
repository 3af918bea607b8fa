"""Tables of daily targets, and of the learners whose progress is to be looked at."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from persistence.statements import ID, MOMENT, metadata

_KINDS = "kind IN ('DAILY_QUESTIONS', 'DAILY_XP', 'DAILY_MINUTES', 'DAILY_REVIEWS')"
daily_targets = Table(
    "daily_targets",
    metadata,
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("from_date", Date, nullable=False),
    Column("target", Integer, nullable=False),
    Column("removed", Boolean, nullable=False),
    PrimaryKeyConstraint("user_id", "kind", "from_date"),
    CheckConstraint(_KINDS, name="kind"),
    CheckConstraint("target > 0", name="target"),
)
"""One row for each change of a target: what applies from a local date on."""
daily_target_days = Table(
    "daily_target_days",
    metadata,
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("local_date", Date, nullable=False),
    Column("target", Integer, nullable=False),
    Column("reached_at", MOMENT, nullable=False),
    Column("time_zone", Text, nullable=False),
    PrimaryKeyConstraint("user_id", "kind", "local_date"),
    CheckConstraint(_KINDS, name="kind"),
)
progress_checks = Table(
    "progress_checks",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("user_id", ID, nullable=False),
    Column("not_before", MOMENT),
    Index("progress_checks_user_id_idx", "user_id"),
)
"""A queue of learners, without a foreign key, which would lock their rows in each statement that awards XP."""
