"""The reference from explanations to slots, checked for the rows that were there before the slots had partitions."""

from alembic import op

revision = "0081"
down_revision = "0080"


def upgrade() -> None:
    op.execute("ALTER TABLE explanations VALIDATE CONSTRAINT explanations_attempt_id_number_fkey")


def downgrade() -> None:
    """Change nothing: the reference holds for new rows whether the old ones were checked or not."""
