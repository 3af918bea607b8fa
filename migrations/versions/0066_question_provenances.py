"""Which questions were generated, who has reviewed them, and which attempts asked one before that."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"

_ID = sa.Text(collation="C")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "question_provenances",
        sa.Column("lineage_id", _ID, sa.ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("generation_id", _ID),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("prompt_version", sa.SmallInteger, nullable=False),
        sa.Column("generated_at", _MOMENT, nullable=False),
        sa.Column("reviewed_at", _MOMENT),
        sa.Column("reviewed_by_id", _ID, sa.ForeignKey("users.id", ondelete="SET NULL")),
        sa.CheckConstraint(
            "reviewed_by_id IS NULL OR reviewed_at IS NOT NULL",
            name=op.f("question_provenances_reviewed_check"),
        ),
    )
    op.create_index("question_provenances_generation_id_idx", "question_provenances", ["generation_id"])
    op.create_index(
        "question_provenances_reviewed_by_id_idx",
        "question_provenances",
        ["reviewed_by_id"],
        postgresql_where=sa.text("reviewed_by_id IS NOT NULL"),
    )
    op.add_column(
        "quiz_attempts",
        sa.Column("asks_unreviewed", sa.Boolean, nullable=False, server_default=sa.text("false")),
    )


def downgrade() -> None:
    op.drop_column("quiz_attempts", "asks_unreviewed")
    op.drop_table("question_provenances")
