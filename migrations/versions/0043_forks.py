"""Forks of roadmaps: which lineages of others a fork continues, and which version of its origin each draft took in.

A lineage outlives the roadmap in which it began, because forks go on with it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"

_ID = sa.Text(collation="C")
_LINEAGE_KEY = "node_lineages_roadmap_id_fkey"


def upgrade() -> None:
    op.create_table(
        "inherited_lineages",
        sa.Column("roadmap_id", _ID, sa.ForeignKey("roadmaps.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("lineage_id", _ID, sa.ForeignKey("node_lineages.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index("inherited_lineages_lineage_id_idx", "inherited_lineages", ["lineage_id"])
    op.add_column(
        "roadmap_versions",
        sa.Column("upstream_version_id", _ID, sa.ForeignKey("roadmap_versions.id", ondelete="SET NULL")),
    )
    op.create_index(
        "roadmap_versions_upstream_version_id_idx",
        "roadmap_versions",
        ["upstream_version_id"],
        postgresql_where=sa.text("upstream_version_id IS NOT NULL"),
    )
    op.create_index(
        "roadmaps_forked_from_id_idx",
        "roadmaps",
        ["forked_from_id"],
        postgresql_where=sa.text("forked_from_id IS NOT NULL"),
    )
    op.alter_column("node_lineages", "roadmap_id", nullable=True)
    op.drop_constraint(_LINEAGE_KEY, "node_lineages")
    op.create_foreign_key(
        _LINEAGE_KEY, "node_lineages", "roadmaps", ["roadmap_id"], ["id"], ondelete="SET NULL"
    )


def downgrade() -> None:
    op.execute("DELETE FROM node_lineages WHERE roadmap_id IS NULL")
    op.drop_constraint(_LINEAGE_KEY, "node_lineages")
    op.create_foreign_key(
        _LINEAGE_KEY, "node_lineages", "roadmaps", ["roadmap_id"], ["id"], ondelete="CASCADE"
    )
    op.alter_column("node_lineages", "roadmap_id", nullable=False)
    op.drop_index("roadmaps_forked_from_id_idx", "roadmaps")
    op.drop_index("roadmap_versions_upstream_version_id_idx", "roadmap_versions")
    op.drop_column("roadmap_versions", "upstream_version_id")
    op.drop_table("inherited_lineages")
