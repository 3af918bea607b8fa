"""Bookmarks and notes of topics, and their words for the search."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"

_ID = sa.Text(collation="C")
_BEFORE = "question_id, node_id, roadmap_id, quiz_id"
_NOW = f"{_BEFORE}, topic_id"


def upgrade() -> None:
    for table in ("bookmarks", "notes"):
        op.add_column(table, sa.Column("topic_id", _ID))
        op.create_foreign_key(
            f"{table}_topic_id_fkey", table, "topics", ["topic_id"], ["id"], ondelete="CASCADE"
        )
        op.drop_constraint(op.f(_old_name(table)), table)
        _check(table, op.f(f"{table}_target_check"), _NOW)
        op.create_index(
            f"{table}_topic_id_idx", table, ["topic_id"], postgresql_where=sa.text("topic_id IS NOT NULL")
        )
    op.execute(
        "ALTER TABLE topics ADD COLUMN search_vector tsvector "
        "GENERATED ALWAYS AS (search_vector(name, description)) STORED"
    )
    op.execute("CREATE INDEX topics_search_vector_idx ON topics USING gin (search_vector)")


def downgrade() -> None:
    op.execute("ALTER TABLE topics DROP COLUMN search_vector")
    for table in ("bookmarks", "notes"):
        op.execute(f"DELETE FROM {table} WHERE topic_id IS NOT NULL")  # noqa: S608 - names of this module
        op.drop_constraint(op.f(f"{table}_target_check"), table)
        _check(table, op.f(_old_name(table)), _BEFORE)
        op.drop_column(table, "topic_id")


def _check(table: str, name: str, keys: str) -> None:
    op.create_check_constraint(name, table, f"num_nonnulls({keys}) = 1 AND target_id = coalesce({keys})")


def _old_name(table: str) -> str:
    """Return what the convention for names has made of the name in migration 0036."""
    return f"{table}_{table}_target_check_check"
