"""Reports on questions, and suspended questions."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"

_ID = sa.Text(collation="C")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "question_reports",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("question_id", _ID, sa.ForeignKey("questions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("reporter_id", _ID, sa.ForeignKey("users.id", ondelete="SET NULL")),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("decided_at", _MOMENT),
        sa.Column("decided_by_id", _ID, sa.ForeignKey("users.id", ondelete="SET NULL")),
        sa.CheckConstraint(
            "kind IN ('INCORRECT', 'TYPO', 'UNCLEAR', 'OTHER')", name=op.f("question_reports_kind_check")
        ),
        sa.CheckConstraint(
            "state IN ('PENDING', 'RESOLVED', 'DISMISSED')", name=op.f("question_reports_state_check")
        ),
        sa.CheckConstraint(
            "(state = 'PENDING') = (decided_at IS NULL)", name=op.f("question_reports_decided_at_check")
        ),
    )
    op.create_index("question_reports_question_id_idx", "question_reports", ["question_id"])
    op.create_index(
        "question_reports_open_key",
        "question_reports",
        ["question_id", "reporter_id"],
        unique=True,
        postgresql_where=sa.text("state = 'PENDING'"),
    )
    op.create_index(
        "question_reports_queue_idx",
        "question_reports",
        ["id"],
        postgresql_where=sa.text("state = 'PENDING'"),
    )
    op.create_index("question_reports_reporter_id_id_idx", "question_reports", ["reporter_id", "id"])
    op.create_index(
        "question_reports_decided_by_id_idx",
        "question_reports",
        ["decided_by_id"],
        postgresql_where=sa.text("decided_by_id IS NOT NULL"),
    )
    op.create_table(
        "question_suspensions",
        sa.Column("question_id", _ID, sa.ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("suspended_by_id", _ID, sa.ForeignKey("users.id", ondelete="SET NULL")),
        sa.Column("suspended_at", _MOMENT, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("question_suspensions_suspended_by_id_idx", "question_suspensions", ["suspended_by_id"])


def downgrade() -> None:
    op.drop_table("question_suspensions")
    op.drop_table("question_reports")
