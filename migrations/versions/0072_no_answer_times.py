"""Without the table of answer times: spaced review reads item statistics."""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"

_ID = sa.Text(collation="C")


def upgrade() -> None:
    op.drop_table("answer_times")


def downgrade() -> None:
    op.create_table(
        "answer_times",
        sa.Column("question_id", _ID, sa.ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("answers", sa.Integer, nullable=False),
        sa.Column("p75_ms", sa.Integer),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
    )
