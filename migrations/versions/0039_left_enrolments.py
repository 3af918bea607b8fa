"""Enrolments that their learner has left: the row stays, with all progress, for when they come back."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.add_column("enrolments", sa.Column("left_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Processes of the release before show an enrolment that was left again; nothing is lost."""
    op.drop_column("enrolments", "left_at")
