"""Spent refresh tokens are found by when they were spent, to be removed while their session goes on."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_index(
        "refresh_tokens_spent_at_idx",
        "refresh_tokens",
        ["spent_at"],
        postgresql_where=sa.text("spent_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("refresh_tokens_spent_at_idx", "refresh_tokens")
