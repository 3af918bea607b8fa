"""Calls of language models, and the budgets of their callers."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"

_ID = sa.Text(collation="C")
_MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "ai_budgets",
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("cost", sa.BigInteger, nullable=False),
        sa.Column("paced_until", _MOMENT, nullable=False),
        sa.CheckConstraint(
            "requests >= 0 AND tokens >= 0 AND cost >= 0", name=op.f("ai_budgets_amounts_check")
        ),
    )
    op.create_table(
        "ai_calls",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("caller_id", _ID, sa.ForeignKey("users.id", ondelete="SET NULL")),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("prompt_version", sa.SmallInteger, nullable=False),
        sa.Column("model", _ID, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("attempts", sa.SmallInteger, nullable=False),
        sa.Column("tokens_in", sa.Integer, nullable=False),
        sa.Column("tokens_out", sa.Integer, nullable=False),
        sa.Column("cost", sa.BigInteger, nullable=False),
        sa.Column("latency_ms", sa.Integer),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.CheckConstraint(
            "(latency_ms IS NULL) = (status IN ('RUNNING', 'LOST'))", name=op.f("ai_calls_ended_check")
        ),
    )
    op.create_index("ai_calls_caller_id_id_idx", "ai_calls", ["caller_id", "id"])
    op.create_index("ai_calls_started_at_idx", "ai_calls", ["started_at"])
    op.create_index(
        "ai_calls_running_idx", "ai_calls", ["started_at"], postgresql_where=sa.text("status = 'RUNNING'")
    )


def downgrade() -> None:
    op.drop_table("ai_calls")
    op.drop_table("ai_budgets")
