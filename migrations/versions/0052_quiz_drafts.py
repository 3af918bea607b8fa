"""Drafts of quizzes, which authors edit and publish."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0052"
down_revision = "0051"

_ID = sa.Text(collation="C")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "quiz_drafts",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("author_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("quiz_id", _ID, sa.ForeignKey("quizzes.id", ondelete="CASCADE")),
        sa.Column("slug", _ID, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("exam_type_id", _ID, sa.ForeignKey("exam_types.id"), nullable=False),
        sa.Column("time_limit", sa.Interval),
        sa.Column("pass_mark", sa.Integer, nullable=False),
        sa.Column("feedback", sa.Text, nullable=False),
        sa.Column("opens_at", _MOMENT),
        sa.Column("closes_at", _MOMENT),
        sa.Column("attempts_allowed", sa.Integer),
        sa.Column("cool_down", sa.Interval),
        sa.Column("shuffle_questions", sa.Boolean, nullable=False),
        sa.Column("shuffle_options", sa.Boolean, nullable=False),
        sa.Column("question_ids", ARRAY(_ID), nullable=False),
        sa.Column("pools", JSONB, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("author_id", "slug", name="quiz_drafts_author_id_slug_key"),
        sa.UniqueConstraint("quiz_id", name="quiz_drafts_quiz_id_key"),
    )
    op.create_index("quiz_drafts_exam_type_id_idx", "quiz_drafts", ["exam_type_id"])


def downgrade() -> None:
    op.drop_table("quiz_drafts")
