"""How questions are shown: the format of a prompt."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    op.add_column(
        "questions", sa.Column("prompt_format", sa.Text, nullable=False, server_default=sa.text("'PLAIN'"))
    )


def downgrade() -> None:
    op.drop_column("questions", "prompt_format")
