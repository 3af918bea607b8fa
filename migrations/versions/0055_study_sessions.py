"""Study mode: sessions, the questions that they showed, and the answers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0055"
down_revision = "0054"

_ID = sa.Text(collation="C")
_MOMENT = sa.DateTime(timezone=True)
_OPEN = sa.text("ended_at IS NULL")


def _reference(
    name: str, table: str, ondelete: str | None = "CASCADE", *, nullable: bool = False
) -> sa.Column[str]:
    return sa.Column(name, _ID, sa.ForeignKey(f"{table}.id", ondelete=ondelete), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "study_sessions",
        sa.Column("id", _ID, primary_key=True),
        _reference("user_id", "users"),
        _reference("exam_type_id", "exam_types", None),
        sa.Column("domain_ids", sa.ARRAY(_ID), nullable=False),
        sa.Column("difficulty", sa.Text),
        _reference("quiz_id", "quizzes", "SET NULL", nullable=True),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("last_active_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT),
        sa.Column("questions_viewed", sa.Integer, nullable=False),
        sa.Column("questions_answered", sa.Integer, nullable=False),
        sa.Column("time_spent", sa.Interval, nullable=False),
    )
    op.create_index(
        "study_sessions_open_key", "study_sessions", ["user_id"], unique=True, postgresql_where=_OPEN
    )
    op.create_index(
        "study_sessions_last_active_at_idx", "study_sessions", ["last_active_at"], postgresql_where=_OPEN
    )
    op.create_index("study_sessions_user_id_id_idx", "study_sessions", ["user_id", "id"])
    op.create_index(
        "study_sessions_quiz_id_idx",
        "study_sessions",
        ["quiz_id"],
        postgresql_where=sa.text("quiz_id IS NOT NULL"),
    )
    op.create_table(
        "study_slots",
        _reference("session_id", "study_sessions"),
        sa.Column("number", sa.Integer, nullable=False),
        _reference("question_id", "questions"),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("shown_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT),
        sa.Column("client_id", sa.Text),
        sa.Column("time_spent", sa.Interval),
        sa.PrimaryKeyConstraint("session_id", "number", name="study_slots_pkey"),
        sa.UniqueConstraint("session_id", "client_id", name="study_slots_session_id_client_id_key"),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (time_spent IS NULL)", name=op.f("study_slots_time_spent_check")
        ),
    )
    op.create_index(
        "study_slots_open_key", "study_slots", ["session_id"], unique=True, postgresql_where=_OPEN
    )
    op.create_index("study_slots_question_id_idx", "study_slots", ["question_id"])
    op.create_table(
        "study_answers",
        sa.Column("id", _ID, primary_key=True),
        _reference("user_id", "users"),
        _reference("session_id", "study_sessions"),
        sa.Column("number", sa.Integer, nullable=False),
        _reference("question_id", "questions"),
        sa.Column("answer", JSONB, nullable=False),
        sa.Column("credit_numerator", sa.Integer, nullable=False),
        sa.Column("credit_denominator", sa.Integer, nullable=False),
        sa.Column("time_spent", sa.Interval, nullable=False),
        sa.Column("answered_at", _MOMENT, nullable=False),
        sa.Column("local_date", sa.Date, nullable=False),
        sa.UniqueConstraint("session_id", "number", name="study_answers_session_id_number_key"),
        sa.CheckConstraint(
            "credit_numerator BETWEEN 0 AND credit_denominator AND credit_denominator > 0",
            name=op.f("study_answers_credit_check"),
        ),
    )
    op.create_index("study_answers_user_id_local_date_idx", "study_answers", ["user_id", "local_date"])
    op.create_index("study_answers_question_id_idx", "study_answers", ["question_id"])


def downgrade() -> None:
    op.drop_table("study_answers")
    op.drop_table("study_slots")
    op.drop_table("study_sessions")
