"""When events of devices count for streak and XP; those that are known count when they did."""

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0080"


def upgrade() -> None:
    op.add_column("offline_events", sa.Column("earns_at", sa.TIMESTAMP(timezone=True)))
    op.execute("UPDATE offline_events SET earns_at = at")
    op.alter_column("offline_events", "earns_at", nullable=False)


def downgrade() -> None:
    op.drop_column("offline_events", "earns_at")
