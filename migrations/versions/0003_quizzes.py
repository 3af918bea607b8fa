"""Exam types and their domains, quizzes, questions with keys in a table of their own, and import reports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

ID = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _exam_types()
    _questions()
    _quizzes()
    op.create_table(
        "question_imports",
        sa.Column("id", ID, primary_key=True),
        sa.Column("author_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("report", JSONB, nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
    )
    op.create_index("question_imports_author_id_idx", "question_imports", ["author_id"])


def _exam_types() -> None:
    op.create_table(
        "exam_types",
        sa.Column("id", ID, primary_key=True),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.UniqueConstraint("code", name="exam_types_code_key"),
    )
    op.create_table(
        "exam_domains",
        sa.Column("id", ID, primary_key=True),
        sa.Column("exam_type_id", ID, sa.ForeignKey("exam_types.id", ondelete="CASCADE"), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("weight", sa.SmallInteger, nullable=False),
        sa.UniqueConstraint("exam_type_id", "code", name="exam_domains_exam_type_id_code_key"),
        sa.CheckConstraint("weight BETWEEN 0 AND 100", name="exam_domains_weight_check"),
    )


def _questions() -> None:
    op.create_table(
        "questions",
        sa.Column("id", ID, primary_key=True),
        sa.Column("exam_type_id", ID, sa.ForeignKey("exam_types.id"), nullable=False),
        sa.Column("domain_id", ID, sa.ForeignKey("exam_domains.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("difficulty", sa.Text, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("options", JSONB, nullable=False),
        sa.Column("all_or_nothing", sa.Boolean, nullable=False),
        sa.Column("author_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("content_hash", sa.Text(collation="C"), nullable=False),
        sa.UniqueConstraint("author_id", "content_hash", name="questions_author_id_content_hash_key"),
    )
    op.create_index("questions_exam_type_id_idx", "questions", ["exam_type_id"])
    op.create_index("questions_domain_id_idx", "questions", ["domain_id"])
    op.create_table(
        "question_keys",
        sa.Column("question_id", ID, sa.ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("correct_options", sa.ARRAY(ID), nullable=False),
        sa.Column("truth", sa.Boolean),
        sa.Column("texts", JSONB, nullable=False),
        sa.Column("numbers", JSONB, nullable=False),
        sa.Column("explanation", sa.Text, nullable=False),
        sa.Column("option_feedback", JSONB, nullable=False),
    )


def _quizzes() -> None:
    op.create_table(
        "quizzes",
        sa.Column("id", ID, primary_key=True),
        sa.Column("slug", sa.Text(collation="C"), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("exam_type_id", ID, sa.ForeignKey("exam_types.id"), nullable=False),
        sa.Column("author_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("time_limit", sa.Interval),
        sa.Column("pass_mark", sa.SmallInteger, nullable=False),
        sa.Column("feedback", sa.Text, nullable=False),
        sa.Column("question_count", sa.Integer, nullable=False),
        sa.Column("closes_at", MOMENT),
        sa.Column("content_hash", sa.Text(collation="C"), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.UniqueConstraint("slug", name="quizzes_slug_key"),
        sa.CheckConstraint("pass_mark BETWEEN 0 AND 100", name="quizzes_pass_mark_check"),
    )
    op.create_index("quizzes_exam_type_id_id_idx", "quizzes", ["exam_type_id", "id"])
    op.create_index("quizzes_author_id_idx", "quizzes", ["author_id"])
    op.create_table(
        "quiz_questions",
        sa.Column("quiz_id", ID, sa.ForeignKey("quizzes.id", ondelete="CASCADE"), nullable=False),
        sa.Column("position", sa.SmallInteger, nullable=False),
        sa.Column("question_id", ID, sa.ForeignKey("questions.id", ondelete="CASCADE"), nullable=False),
        sa.PrimaryKeyConstraint("quiz_id", "position"),
        sa.UniqueConstraint("quiz_id", "question_id", name="quiz_questions_quiz_id_question_id_key"),
    )
    op.create_index("quiz_questions_question_id_idx", "quiz_questions", ["question_id"])


def downgrade() -> None:
    for table in (
        "question_imports",
        "quiz_questions",
        "quizzes",
        "question_keys",
        "questions",
        "exam_domains",
        "exam_types",
    ):
        op.drop_table(table)
