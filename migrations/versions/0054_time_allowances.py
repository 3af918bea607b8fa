"""Learners who have more time for quizzes."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"

_ID = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "time_allowances",
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("multiplier", sa.Numeric(3, 2), nullable=False),
        sa.Column("set_by_id", _ID, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "multiplier > 1 AND multiplier <= 3", name=op.f("time_allowances_multiplier_check")
        ),
    )


def downgrade() -> None:
    op.drop_table("time_allowances")
