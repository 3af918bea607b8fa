"""How acts of devices count: when for streak and XP, where known ones stay, and since when an answer was there."""

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"


def upgrade() -> None:
    op.add_column("offline_events", sa.Column("earns_at", sa.TIMESTAMP(timezone=True)))
    op.execute("UPDATE offline_events SET earns_at = at")
    op.alter_column("offline_events", "earns_at", nullable=False)
    op.add_column("attempt_slots", sa.Column("first_offline_at", sa.TIMESTAMP(timezone=True)))
    op.add_column("attempt_slots", sa.Column("first_is_claimed", sa.Boolean))


def downgrade() -> None:
    op.drop_column("attempt_slots", "first_is_claimed")
    op.drop_column("attempt_slots", "first_offline_at")
    op.drop_column("offline_events", "earns_at")
