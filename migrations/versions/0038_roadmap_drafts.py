"""Drafts that are edited: a revision of each version, and positions of nodes with room between two neighbours.

Nodes that a process of the release before stores have positions without room; the first edit makes room where it
needs it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.add_column(
        "roadmap_versions", sa.Column("revision", sa.Integer, nullable=False, server_default=sa.text("1"))
    )
    op.execute("ALTER TABLE roadmap_nodes ALTER position TYPE bigint USING (position::bigint + 1) * 1048576")


def downgrade() -> None:
    op.execute("""
        UPDATE roadmap_nodes n SET position = p.place
        FROM (SELECT id, row_number() OVER (PARTITION BY version_id ORDER BY position) - 1 AS place
              FROM roadmap_nodes) p
        WHERE p.id = n.id""")
    op.execute("ALTER TABLE roadmap_nodes ALTER position TYPE smallint")
    op.drop_column("roadmap_versions", "revision")
