"""Owners of exam types, who alone add domains to them: the authors of their first questions."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

ID = sa.Text(collation="C")


def upgrade() -> None:
    op.add_column("exam_types", sa.Column("author_id", ID))
    op.create_foreign_key(
        "exam_types_author_id_fkey", "exam_types", "users", ["author_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index("exam_types_author_id_idx", "exam_types", ["author_id"])
    op.execute(
        "UPDATE exam_types t SET author_id ="
        " (SELECT q.author_id FROM questions q WHERE q.exam_type_id = t.id ORDER BY q.id LIMIT 1)"
    )


def downgrade() -> None:
    op.drop_column("exam_types", "author_id")
