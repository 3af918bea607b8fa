"""Ratings of answers in chats, which go with their messages; and the quizzes that generated drafts became."""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"

_ID = sa.Text(collation="C")


def upgrade() -> None:
    op.alter_column("content_ratings", "generation_id", nullable=True)
    op.add_column("content_ratings", sa.Column("message_id", _ID))
    op.add_column("content_ratings", sa.Column("model", sa.Text))
    op.add_column("content_ratings", sa.Column("prompt_version", sa.SmallInteger))
    op.create_foreign_key(
        "content_ratings_message_id_fkey",
        "content_ratings",
        "chat_messages",
        ["message_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_check_constraint(
        op.f("content_ratings_of_one_check"), "content_ratings", "num_nonnulls(generation_id, message_id) = 1"
    )
    op.create_check_constraint(
        op.f("content_ratings_model_check"), "content_ratings", "(message_id IS NULL) = (model IS NULL)"
    )
    op.create_index("content_ratings_message_id_idx", "content_ratings", ["message_id"])
    op.add_column("generations", sa.Column("quiz_id", _ID))
    op.create_foreign_key(
        "generations_quiz_id_fkey", "generations", "quizzes", ["quiz_id"], ["id"], ondelete="SET NULL"
    )
    for name in ("draft_id", "quiz_id"):
        op.create_index(
            f"generations_{name}_idx", "generations", [name], postgresql_where=sa.text(f"{name} IS NOT NULL")
        )


def downgrade() -> None:
    op.drop_index("generations_draft_id_idx", "generations")
    op.drop_column("generations", "quiz_id")
    op.execute("DELETE FROM content_ratings WHERE message_id IS NOT NULL")
    for name in ("message_id", "model", "prompt_version"):
        op.drop_column("content_ratings", name)
    op.alter_column("content_ratings", "generation_id", nullable=False)
