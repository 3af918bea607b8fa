"""Roadmaps in versions, their nodes and prerequisites, and what the enrolled did of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

ID = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)


def _ref(column: str, target: str, *, primary_key: bool = False) -> sa.Column[str]:
    key = sa.ForeignKey(target, ondelete="CASCADE")
    return sa.Column(column, ID, key, nullable=False, primary_key=primary_key)


def upgrade() -> None:
    _roadmaps()
    _nodes()
    _enrolments()


def _roadmaps() -> None:
    op.create_table(
        "roadmaps",
        sa.Column("id", ID, primary_key=True),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        _ref("author_id", "users.id"),
        sa.Column("visibility", sa.Text, nullable=False),
        sa.Column("current_version_id", ID),
        sa.Column("forked_from_id", ID, sa.ForeignKey("roadmaps.id", ondelete="SET NULL")),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "visibility IN ('PUBLIC', 'UNLISTED', 'PRIVATE')", name="roadmaps_visibility_check"
        ),
    )
    op.create_index("roadmaps_slug_key", "roadmaps", ["slug"], unique=True)
    op.create_index("roadmaps_author_id_idx", "roadmaps", ["author_id"])
    op.create_index(
        "roadmaps_listed_idx",
        "roadmaps",
        ["id"],
        postgresql_where=sa.text("visibility = 'PUBLIC' AND current_version_id IS NOT NULL"),
    )
    op.create_table(
        "roadmap_versions",
        sa.Column("id", ID, primary_key=True),
        _ref("roadmap_id", "roadmaps.id"),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("visibility", sa.Text, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("published_at", MOMENT),
        sa.CheckConstraint("number > 0", name="roadmap_versions_number_check"),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'PUBLISHED', 'ARCHIVED')", name="roadmap_versions_state_check"
        ),
        sa.CheckConstraint(
            "visibility IN ('PUBLIC', 'UNLISTED', 'PRIVATE')", name="roadmap_versions_visibility_check"
        ),
    )
    op.create_index(
        "roadmap_versions_roadmap_id_number_key", "roadmap_versions", ["roadmap_id", "number"], unique=True
    )
    op.create_index(
        "roadmap_versions_published_key",
        "roadmap_versions",
        ["roadmap_id"],
        unique=True,
        postgresql_where=sa.text("state = 'PUBLISHED'"),
    )
    op.create_foreign_key(
        "roadmaps_current_version_id_fkey",
        "roadmaps",
        "roadmap_versions",
        ["current_version_id"],
        ["id"],
        ondelete="SET NULL",
    )


def _nodes() -> None:
    op.create_table(
        "node_lineages",
        sa.Column("id", ID, primary_key=True),
        _ref("roadmap_id", "roadmaps.id"),
        sa.Column("key", sa.Text, nullable=False),
        sa.UniqueConstraint("roadmap_id", "key", name="node_lineages_roadmap_id_key_key"),
    )
    op.create_table(
        "roadmap_nodes",
        sa.Column("id", ID, primary_key=True),
        _ref("version_id", "roadmap_versions.id"),
        _ref("lineage_id", "node_lineages.id"),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("weight", sa.Integer, nullable=False),
        sa.Column("optional", sa.Boolean, nullable=False),
        sa.Column("difficulty", sa.Text),
        sa.Column("minutes", sa.Integer),
        sa.Column("resources", JSONB, nullable=False),
        sa.Column("completion", sa.Text, nullable=False),
        sa.Column("quiz_slug", sa.Text),
        sa.Column("position", sa.SmallInteger, nullable=False),
        sa.CheckConstraint(
            "kind IN ('CONCEPT', 'EXERCISE', 'READING', 'QUIZ', 'PROJECT')", name="roadmap_nodes_kind_check"
        ),
        sa.CheckConstraint("completion IN ('CHECKBOX', 'QUIZ')", name="roadmap_nodes_completion_check"),
        sa.CheckConstraint("weight > 0", name="roadmap_nodes_weight_check"),
        sa.CheckConstraint(
            "(completion = 'QUIZ') = (quiz_slug IS NOT NULL)", name="roadmap_nodes_quiz_slug_check"
        ),
    )
    op.create_index("roadmap_nodes_lineage_id_idx", "roadmap_nodes", ["lineage_id"])
    op.create_index(
        "roadmap_nodes_version_id_lineage_id_key", "roadmap_nodes", ["version_id", "lineage_id"], unique=True
    )
    op.create_index("roadmap_nodes_version_id_position_idx", "roadmap_nodes", ["version_id", "position"])
    op.create_index(
        "roadmap_nodes_quiz_slug_idx",
        "roadmap_nodes",
        ["quiz_slug"],
        postgresql_where=sa.text("quiz_slug IS NOT NULL"),
    )
    op.create_table(
        "prerequisite_groups",
        sa.Column("id", ID, primary_key=True),
        _ref("node_id", "roadmap_nodes.id"),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("k", sa.SmallInteger),
        sa.Column("position", sa.SmallInteger, nullable=False),
        sa.CheckConstraint("mode IN ('ALL', 'ANY', 'K_OF_N')", name="prerequisite_groups_mode_check"),
        sa.CheckConstraint("(mode = 'K_OF_N') = (k IS NOT NULL)", name="prerequisite_groups_k_check"),
    )
    op.create_index("prerequisite_groups_node_id_idx", "prerequisite_groups", ["node_id"])
    op.create_table(
        "prerequisite_members",
        _ref("group_id", "prerequisite_groups.id", primary_key=True),
        _ref("lineage_id", "node_lineages.id", primary_key=True),
        sa.Column("position", sa.SmallInteger, nullable=False),
    )
    op.create_index("prerequisite_members_lineage_id_idx", "prerequisite_members", ["lineage_id"])


def _enrolments() -> None:
    op.create_table(
        "enrolments",
        sa.Column("id", ID, primary_key=True),
        _ref("user_id", "users.id"),
        _ref("roadmap_id", "roadmaps.id"),
        _ref("version_id", "roadmap_versions.id"),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("completed_at", MOMENT),
        sa.UniqueConstraint("user_id", "roadmap_id", name="enrolments_user_id_roadmap_id_key"),
    )
    op.create_index("enrolments_roadmap_id_idx", "enrolments", ["roadmap_id"])
    op.create_index("enrolments_version_id_user_id_idx", "enrolments", ["version_id", "user_id"])
    op.create_table(
        "node_progress",
        _ref("enrolment_id", "enrolments.id", primary_key=True),
        _ref("lineage_id", "node_lineages.id", primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.CheckConstraint("state IN ('IN_PROGRESS', 'DONE', 'SKIPPED')", name="node_progress_state_check"),
    )
    op.create_index("node_progress_lineage_id_idx", "node_progress", ["lineage_id"])


def downgrade() -> None:
    op.drop_constraint("roadmaps_current_version_id_fkey", "roadmaps")
    for table in (
        "node_progress",
        "enrolments",
        "prerequisite_members",
        "prerequisite_groups",
        "roadmap_nodes",
        "node_lineages",
        "roadmap_versions",
        "roadmaps",
    ):
        op.drop_table(table)
