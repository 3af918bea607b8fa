"""Topic chains and their topics."""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"

_ID = sa.Text(collation="C")
_MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "topic_chains",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("owner_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("public_id", _ID, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("path", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("path_key", _ID, nullable=False),
        sa.Column("shared_at", _MOMENT),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("public_id", name="topic_chains_public_id_key"),
        sa.UniqueConstraint("owner_id", "path_key", name="topic_chains_owner_id_path_key_key"),
    )
    op.create_index("topic_chains_owner_id_id_idx", "topic_chains", ["owner_id", "id"])
    op.create_table(
        "topics",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("chain_id", _ID, sa.ForeignKey("topic_chains.id", ondelete="CASCADE"), nullable=False),
        sa.Column("parent_id", _ID),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", _ID, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("difficulty", sa.Integer, nullable=False),
        sa.Column("depth", sa.Integer, nullable=False),
        sa.Column("is_base", sa.Boolean, nullable=False),
        sa.Column("is_generated", sa.Boolean, nullable=False),
        sa.Column("explored_at", _MOMENT),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("chain_id", "id", name="topics_chain_id_id_key"),
        sa.UniqueConstraint(
            "chain_id", "parent_id", "name_key", name="topics_name_key", postgresql_nulls_not_distinct=True
        ),
        sa.ForeignKeyConstraint(
            ["chain_id", "parent_id"],
            ["topics.chain_id", "topics.id"],
            name="topics_chain_id_parent_id_fkey",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("difficulty BETWEEN 0 AND 10", name=op.f("topics_difficulty_check")),
        sa.CheckConstraint("(parent_id IS NULL) = (depth = 0)", name=op.f("topics_depth_check")),
    )
    op.create_index(
        "topics_chain_id_depth_difficulty_id_idx", "topics", ["chain_id", "depth", "difficulty", "id"]
    )
    op.create_index("topics_parent_id_difficulty_id_idx", "topics", ["parent_id", "difficulty", "id"])


def downgrade() -> None:
    op.drop_table("topics")
    op.drop_table("topic_chains")
