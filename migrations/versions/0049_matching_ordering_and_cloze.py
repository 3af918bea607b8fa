"""Prompts, blanks and parts of keys: what matching, ordering and cloze questions have; NULL for other kinds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    op.add_column("questions", sa.Column("prompts", JSONB))
    op.add_column("questions", sa.Column("blanks", JSONB))
    op.add_column("question_keys", sa.Column("parts", JSONB))


def downgrade() -> None:
    op.drop_column("question_keys", "parts")
    op.drop_column("questions", "blanks")
    op.drop_column("questions", "prompts")
