"""Roll-ups of graded attempts: by local day, and by local day and exam domain."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ID = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "attempt_days",
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("exam_type_id", ID, sa.ForeignKey("exam_types.id", ondelete="CASCADE"), nullable=False),
        sa.Column("local_date", sa.Date, nullable=False),
        sa.Column("quizzes", sa.Integer, nullable=False),
        sa.Column("score_tenths", sa.BigInteger, nullable=False),
        sa.Column("best_tenths", sa.Integer, nullable=False),
        sa.Column("questions", sa.Integer, nullable=False),
        sa.Column("correct", sa.Integer, nullable=False),
        sa.Column("seconds", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "local_date", "exam_type_id"),
    )
    op.create_index("attempt_days_exam_type_id_idx", "attempt_days", ["exam_type_id"])
    op.create_table(
        "domain_days",
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("domain_id", ID, sa.ForeignKey("exam_domains.id", ondelete="CASCADE"), nullable=False),
        sa.Column("local_date", sa.Date, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("correct", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "domain_id", "local_date"),
    )
    op.create_index("domain_days_domain_id_idx", "domain_days", ["domain_id"])


def downgrade() -> None:
    for table in ("domain_days", "attempt_days"):
        op.drop_table(table)
