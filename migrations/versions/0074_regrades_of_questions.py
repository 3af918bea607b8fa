"""An index that finds the regrades of a question among the jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"


def upgrade() -> None:
    op.create_index(
        "jobs_regrades_idx",
        "jobs",
        [sa.text("(arguments ->> 'question_id')"), "id"],
        postgresql_where=sa.text("kind = 'regrade_question'"),
    )


def downgrade() -> None:
    op.drop_index("jobs_regrades_idx", "jobs")
