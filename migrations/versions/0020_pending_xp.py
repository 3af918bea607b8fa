"""An index of withheld XP, which moderators list and a job settles."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_index(
        "xp_entries_pending_idx", "xp_entries", ["id"], postgresql_where=sa.text("status = 'PENDING'")
    )


def downgrade() -> None:
    op.drop_index("xp_entries_pending_idx", "xp_entries")
