"""Attempts whose result is withheld: how they will end, and an index that finds them."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column(
        "quiz_attempts", sa.Column("late", sa.Boolean, nullable=False, server_default=sa.text("false"))
    )
    op.create_index(
        "quiz_attempts_submitted_idx",
        "quiz_attempts",
        ["user_id", "finished_at"],
        postgresql_where=sa.text("state = 'SUBMITTED'"),
    )


def downgrade() -> None:
    op.drop_index("quiz_attempts_submitted_idx", "quiz_attempts")
    op.drop_column("quiz_attempts", "late")
