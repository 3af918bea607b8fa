"""Layouts of nodes: layer and order of each node, stored when its version is published.

Versions that were published before have none; restoring or publishing one stores it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    op.add_column("roadmap_nodes", sa.Column("layout", sa.ARRAY(sa.Integer)))


def downgrade() -> None:
    op.drop_column("roadmap_nodes", "layout")
