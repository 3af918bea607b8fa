"""Attempts at quizzes, and their slots with frozen questions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"

ID = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)
STATES = "state IN ('IN_PROGRESS', 'SUBMITTED', 'GRADED', 'EXPIRED', 'ABANDONED')"


def upgrade() -> None:
    op.create_table(
        "quiz_attempts",
        sa.Column("id", ID, primary_key=True),
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("quiz_id", ID, sa.ForeignKey("quizzes.id"), nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("feedback", sa.Text, nullable=False),
        sa.Column("pass_mark", sa.SmallInteger, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("deadline", MOMENT),
        sa.Column("finished_at", MOMENT),
        sa.Column("local_date", sa.Date),
        sa.Column("score", sa.Numeric(4, 1)),
        sa.Column("passed", sa.Boolean),
        sa.CheckConstraint(STATES, name="quiz_attempts_state_check"),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name="quiz_attempts_score_check"),
        sa.CheckConstraint(
            "(state = 'IN_PROGRESS') = (finished_at IS NULL)", name="quiz_attempts_finished_at_check"
        ),
    )
    open_ones = sa.text("state = 'IN_PROGRESS'")
    op.create_index(
        "quiz_attempts_open_key",
        "quiz_attempts",
        ["user_id", "quiz_id"],
        unique=True,
        postgresql_where=open_ones,
    )
    op.create_index("quiz_attempts_deadline_idx", "quiz_attempts", ["deadline"], postgresql_where=open_ones)
    op.create_index("quiz_attempts_user_id_id_idx", "quiz_attempts", ["user_id", "id"])
    op.create_index("quiz_attempts_user_id_finished_at_idx", "quiz_attempts", ["user_id", "finished_at"])
    op.create_index(
        "quiz_attempts_user_id_quiz_id_local_date_idx", "quiz_attempts", ["user_id", "quiz_id", "local_date"]
    )
    op.create_index("quiz_attempts_quiz_id_idx", "quiz_attempts", ["quiz_id"])
    op.create_table(
        "attempt_slots",
        sa.Column("attempt_id", ID, sa.ForeignKey("quiz_attempts.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.SmallInteger, nullable=False),
        sa.Column("question_id", ID, sa.ForeignKey("questions.id"), nullable=False),
        sa.Column("answer", JSONB),
        sa.Column("client_seq", sa.Integer),
        sa.Column("answered_at", MOMENT),
        sa.Column("fast", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("credit_numerator", sa.Integer),
        sa.Column("credit_denominator", sa.Integer),
        sa.PrimaryKeyConstraint("attempt_id", "number"),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL) AND (answer IS NULL) = (client_seq IS NULL)",
            name="attempt_slots_answer_check",
        ),
        sa.CheckConstraint(
            "credit_numerator BETWEEN 0 AND credit_denominator AND credit_denominator > 0",
            name="attempt_slots_credit_check",
        ),
    )
    op.create_index("attempt_slots_question_id_idx", "attempt_slots", ["question_id"])


def downgrade() -> None:
    op.drop_table("attempt_slots")
    op.drop_table("quiz_attempts")
