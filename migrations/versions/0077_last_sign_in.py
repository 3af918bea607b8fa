"""When each account signed in last, also after its sessions were removed; those of kept sessions are filled in."""

from alembic import op

from migrations import batches

revision = "0077"
down_revision = "0076"


def upgrade() -> None:
    op.execute("ALTER TABLE users ADD COLUMN IF NOT EXISTS last_sign_in_at timestamptz")
    batches.fill(
        "users",
        "last_sign_in_at = (SELECT max(s.created_at) FROM sessions s WHERE s.user_id = users.id)",
        where="last_sign_in_at IS NULL AND EXISTS (SELECT FROM sessions s WHERE s.user_id = users.id)",
    )


def downgrade() -> None:
    op.drop_column("users", "last_sign_in_at")
