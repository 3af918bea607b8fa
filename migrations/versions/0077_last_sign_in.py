"""When each account signed in last, also after its sessions were removed; those of kept sessions are filled in."""

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0076"


def upgrade() -> None:
    op.add_column("users", sa.Column("last_sign_in_at", sa.DateTime(timezone=True)))
    op.execute(
        """
        UPDATE users u SET last_sign_in_at = s.last
        FROM (SELECT user_id, max(created_at) AS last FROM sessions GROUP BY user_id) s
        WHERE s.user_id = u.id
        """
    )


def downgrade() -> None:
    op.drop_column("users", "last_sign_in_at")
