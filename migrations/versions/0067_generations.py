"""What users had generated, explanations of answers, and what users think of generated content."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0067"
down_revision = "0066"

_ID = sa.Text(collation="C")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "generations",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("asked", JSONB, nullable=False),
        sa.Column("job_id", _ID, nullable=False),
        sa.Column("version_id", _ID, sa.ForeignKey("roadmap_versions.id", ondelete="SET NULL")),
        sa.Column("draft_id", _ID),
        sa.Column("explanation_id", _ID),
        sa.Column("model", sa.Text),
        sa.Column("prompt", sa.Text),
        sa.Column("prompt_version", sa.SmallInteger),
        sa.Column("call_id", _ID),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("finished_at", _MOMENT),
        sa.CheckConstraint(
            "kind IN ('ROADMAP', 'QUIZ', 'EXPLANATION', 'ROADMAP_NODE', 'QUIZ_QUESTION')",
            name=op.f("generations_kind_check"),
        ),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (model IS NULL)", name=op.f("generations_finished_at_check")
        ),
    )
    op.create_index("generations_user_id_id_idx", "generations", ["user_id", "id"])
    op.create_index(
        "generations_version_id_idx",
        "generations",
        ["version_id"],
        postgresql_where=sa.text("version_id IS NOT NULL"),
    )
    op.create_table(
        "explanations",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("attempt_id", _ID, nullable=False),
        sa.Column("number", sa.SmallInteger, nullable=False),
        sa.Column("question_id", _ID, sa.ForeignKey("questions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("generation_id", _ID, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("attempt_id", "number", name=op.f("explanations_attempt_id_number_key")),
        sa.ForeignKeyConstraint(
            ["attempt_id", "number"],
            ["attempt_slots.attempt_id", "attempt_slots.number"],
            name=op.f("explanations_attempt_id_number_fkey"),
            ondelete="CASCADE",
        ),
    )
    op.create_index("explanations_user_id_idx", "explanations", ["user_id"])
    op.create_index("explanations_question_id_idx", "explanations", ["question_id"])
    op.create_table(
        "content_ratings",
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("target", _ID, nullable=False),
        sa.Column("generation_id", _ID, nullable=False),
        sa.Column("is_helpful", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("rated_at", _MOMENT, nullable=False),
        sa.Column("place", sa.BigInteger, sa.Identity(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "target"),
    )
    op.create_index("content_ratings_generation_id_place_idx", "content_ratings", ["generation_id", "place"])


def downgrade() -> None:
    op.drop_table("content_ratings")
    op.drop_table("explanations")
    op.drop_table("generations")
