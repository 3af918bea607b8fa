"""What every learner did on which local date, the freezes that were used, and changes of time zone."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ID = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "activities",
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("source_type", sa.Text, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("local_date", sa.Date, nullable=False),
        sa.Column("time_zone", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "kind", "source_type", "source_id"),
    )
    op.create_index(
        "activities_days_idx",
        "activities",
        ["user_id", "local_date", "occurred_at"],
        postgresql_include=["time_zone"],
    )
    op.create_index("activities_user_id_occurred_at_idx", "activities", ["user_id", "occurred_at"])
    op.create_table(
        "streak_freezes",
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("local_date", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "local_date"),
    )
    op.create_table(
        "zone_changes",
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("old_time_zone", sa.Text, nullable=False),
        sa.Column("new_time_zone", sa.Text, nullable=False),
        sa.Column("old_day_start_hour", sa.SmallInteger, nullable=False),
        sa.Column("new_day_start_hour", sa.SmallInteger, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "changed_at"),
    )


def downgrade() -> None:
    for table in ("zone_changes", "streak_freezes", "activities"):
        op.drop_table(table)
