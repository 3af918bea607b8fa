"""Bookmarks with tags, and private notes on content."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

ID = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)
TARGETS = {
    "question_id": "questions.id",
    "node_id": "roadmap_nodes.id",
    "roadmap_id": "roadmaps.id",
    "quiz_id": "quizzes.id",
}


def upgrade() -> None:
    op.create_table(
        "bookmarks",
        *_of_users("bookmarks"),
        sa.Column("tags", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_table(
        "notes",
        *_of_users("notes"),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
    )
    for table in ("bookmarks", "notes"):
        op.create_index(f"{table}_user_id_id_idx", table, ["user_id", "id"])
        for key in TARGETS:
            op.create_index(
                f"{table}_{key}_idx", table, [key], postgresql_where=sa.text(f"{key} IS NOT NULL")
            )


def downgrade() -> None:
    op.drop_table("notes")
    op.drop_table("bookmarks")


def _of_users(table: str) -> list[sa.Column[str] | sa.Constraint]:
    keys = ", ".join(TARGETS)
    return [
        sa.Column("id", ID, primary_key=True),
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("target_id", ID, nullable=False),
        *(
            sa.Column(key, ID, sa.ForeignKey(target, ondelete="CASCADE", name=f"{table}_{key}_fkey"))
            for key, target in TARGETS.items()
        ),
        sa.CheckConstraint(
            f"num_nonnulls({keys}) = 1 AND target_id = coalesce({keys})", name=f"{table}_target_check"
        ),
        sa.UniqueConstraint("user_id", "target_id", name=f"{table}_user_id_target_id_key"),
    ]
