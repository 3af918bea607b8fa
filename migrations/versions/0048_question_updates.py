"""Versions of a question: their number, which one took their place, and when they were made, by their ids."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FIRST = len("question_") + 1
_MADE_MS = " + ".join(
    f"((strpos('{_DIGITS}', substr(id, {_FIRST + place}, 1)) - 1)::bigint << {5 * (9 - place)})"
    for place in range(10)
)
"""The first ten digits of an id are its time in milliseconds."""


def upgrade() -> None:
    op.add_column(
        "questions", sa.Column("version", sa.SmallInteger, nullable=False, server_default=sa.text("1"))
    )
    op.add_column(
        "questions",
        sa.Column(
            "replaced_by_id", sa.Text(collation="C"), sa.ForeignKey("questions.id", ondelete="SET NULL")
        ),
    )
    op.execute(f"ALTER TABLE questions ADD COLUMN made_ms bigint GENERATED ALWAYS AS ({_MADE_MS}) STORED")
    op.create_index(
        "questions_replaced_by_id_idx",
        "questions",
        ["replaced_by_id"],
        postgresql_where=sa.text("replaced_by_id IS NOT NULL"),
    )
    op.create_index(
        "questions_newest_idx",
        "questions",
        ["author_id", "made_ms", "id"],
        postgresql_where=sa.text("replaced_by_id IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("questions_newest_idx", "questions")
    op.drop_column("questions", "made_ms")
    op.drop_column("questions", "replaced_by_id")
    op.drop_column("questions", "version")
