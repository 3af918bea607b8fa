"""Printouts that learners take out."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"

_ID = sa.Text(collation="C")
_MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "printouts",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("target_id", _ID, nullable=False),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("job_id", _ID, sa.ForeignKey("jobs.id", ondelete="SET NULL")),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("finished_at", _MOMENT),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("size_bytes", sa.Integer),
        sa.Column("pages", sa.Integer),
        sa.Column("failure", sa.Text),
        sa.Column("is_removed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.CheckConstraint("format IN ('PDF', 'MARKDOWN')", name=op.f("printouts_format_check")),
        sa.CheckConstraint("state IN ('WAITING', 'READY', 'FAILED')", name=op.f("printouts_state_check")),
        sa.CheckConstraint(
            "(state = 'WAITING') = (finished_at IS NULL)", name=op.f("printouts_finished_check")
        ),
    )
    op.create_index("printouts_user_id_id_idx", "printouts", ["user_id", "id"])
    op.create_index("printouts_job_id_idx", "printouts", ["job_id"])
    op.create_index(
        "printouts_expires_at_idx", "printouts", ["expires_at"], postgresql_where=sa.text("NOT is_removed")
    )


def downgrade() -> None:
    op.drop_table("printouts")
