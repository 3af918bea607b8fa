"""The request that started a job, so that the log lines of its runs have its id."""

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0077"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("request_id", sa.Text))


def downgrade() -> None:
    op.drop_column("jobs", "request_id")
