"""Daily targets, and the queue of learners whose progress is to be looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"

_ID = sa.Text(collation="C")
_MOMENT = sa.DateTime(timezone=True)
_KINDS = "kind IN ('DAILY_QUESTIONS', 'DAILY_XP', 'DAILY_MINUTES')"


def upgrade() -> None:
    op.create_table(
        "daily_targets",
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("from_date", sa.Date, nullable=False),
        sa.Column("target", sa.Integer, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "kind", "from_date", name="daily_targets_pkey"),
        sa.CheckConstraint(_KINDS, name=op.f("daily_targets_kind_check")),
        sa.CheckConstraint("target > 0", name=op.f("daily_targets_target_check")),
    )
    op.create_table(
        "daily_target_days",
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("local_date", sa.Date, nullable=False),
        sa.Column("target", sa.Integer, nullable=False),
        sa.Column("reached_at", _MOMENT, nullable=False),
        sa.Column("time_zone", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "kind", "local_date", name="daily_target_days_pkey"),
        sa.CheckConstraint(_KINDS, name=op.f("daily_target_days_kind_check")),
    )
    op.create_table(
        "progress_checks",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("not_before", _MOMENT),
    )
    op.create_index("progress_checks_user_id_idx", "progress_checks", ["user_id"])


def downgrade() -> None:
    op.drop_table("progress_checks")
    op.drop_table("daily_target_days")
    op.drop_table("daily_targets")
