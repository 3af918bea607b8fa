"""Lineages of questions: what all versions of one question share, the id of the first of them."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    op.add_column("questions", sa.Column("lineage_id", sa.Text(collation="C")))
    op.execute("""
        WITH RECURSIVE chain AS (
            SELECT q.id, q.replaced_by_id, q.id AS lineage_id FROM questions q
            WHERE NOT EXISTS (SELECT FROM questions earlier WHERE earlier.replaced_by_id = q.id)
            UNION ALL
            SELECT q.id, q.replaced_by_id, chain.lineage_id FROM chain
            JOIN questions q ON q.id = chain.replaced_by_id
        )
        UPDATE questions q SET lineage_id = chain.lineage_id FROM chain WHERE chain.id = q.id
    """)
    op.alter_column("questions", "lineage_id", nullable=False)
    op.create_index(
        "questions_lineage_id_idx",
        "questions",
        ["lineage_id"],
        postgresql_where=sa.text("replaced_by_id IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("questions_lineage_id_idx", "questions")
    op.drop_column("questions", "lineage_id")
