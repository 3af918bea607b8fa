"""Statistics of the slots in all partitions, which plans need and which autovacuum does not collect."""

from alembic import op

revision = "0082"
down_revision = "0081"


def upgrade() -> None:
    op.execute("ANALYZE attempt_slots")


def downgrade() -> None:
    """Keep them: they change no row."""
