"""How questions are shown: the format of a prompt, and what an image shows, beside the prompt or in an option."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    op.add_column(
        "questions", sa.Column("prompt_format", sa.Text, nullable=False, server_default=sa.text("'PLAIN'"))
    )
    op.add_column("question_media", sa.Column("alt", sa.Text, nullable=False, server_default=sa.text("''")))
    op.add_column("question_media", sa.Column("option_id", sa.Text(collation="C")))
    op.create_index(
        "question_media_option_id_idx",
        "question_media",
        ["option_id"],
        postgresql_where=sa.text("option_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("question_media_option_id_idx", "question_media")
    op.drop_column("question_media", "option_id")
    op.drop_column("question_media", "alt")
    op.drop_column("questions", "prompt_format")
