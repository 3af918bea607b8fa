"""Queues have a rate: how many jobs of a kind begin in a time, over all workers. Workflows have a user."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
_RATE = ("rate_kind", "rate_jobs", "rate_seconds", "rate_free_at")


def upgrade() -> None:
    """Add the columns; workers set those of rates when they start."""
    op.add_column("job_queues", sa.Column("rate_kind", sa.Text(collation="C")))
    op.add_column("job_queues", sa.Column("rate_jobs", sa.Integer))
    op.add_column("job_queues", sa.Column("rate_seconds", sa.Integer))
    op.add_column("job_queues", sa.Column("rate_free_at", sa.DateTime(timezone=True)))
    op.add_column(
        "workflows",
        sa.Column("user_id", sa.Text(collation="C"), sa.ForeignKey("users.id", ondelete="CASCADE")),
    )
    op.create_index(
        "workflows_user_id_id_idx",
        "workflows",
        ["user_id", "id"],
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Drop the columns."""
    op.drop_column("workflows", "user_id")
    for name in _RATE:
        op.drop_column("job_queues", name)
