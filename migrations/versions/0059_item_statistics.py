"""Item statistics: the order of counting, the totals of questions, and the attempts that were graded again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0059"
down_revision = "0058"

_ID = sa.Text(collation="C")


def upgrade() -> None:
    op.create_table(
        "item_attempts",
        sa.Column("attempt_id", _ID, sa.ForeignKey("quiz_attempts.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("place", sa.BigInteger),
        sa.UniqueConstraint("place", name="item_attempts_place_key"),
    )
    op.create_index(
        "item_attempts_open_idx",
        "item_attempts",
        ["attempt_id"],
        postgresql_where=sa.text("place IS NULL"),
    )
    op.create_table(
        "item_totals",
        sa.Column("question_id", _ID, sa.ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("responses", sa.Integer, nullable=False),
        sa.Column("credit", sa.BigInteger, nullable=False),
        sa.Column("paired", sa.Integer, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("x", "y", "xx", "yy", "xy")),
        sa.Column("elo", sa.Double, nullable=False),
        sa.Column("choices", JSONB, nullable=False),
        sa.Column("times", JSONB, nullable=False),
    )
    op.create_table(
        "regraded_attempts",
        sa.Column("attempt_id", _ID, sa.ForeignKey("quiz_attempts.id", ondelete="CASCADE"), nullable=False),
        sa.Column("question_id", _ID, sa.ForeignKey("questions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("old_score", sa.Numeric(4, 1), nullable=False),
        sa.Column("new_score", sa.Numeric(4, 1), nullable=False),
        sa.Column("is_raised", sa.Boolean, nullable=False),
        sa.Column("xp", sa.Integer, nullable=False),
        sa.Column("regraded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", "question_id", name="regraded_attempts_pkey"),
    )
    op.create_index("regraded_attempts_question_id_idx", "regraded_attempts", ["question_id"])


def downgrade() -> None:
    op.drop_table("regraded_attempts")
    op.drop_table("item_totals")
    op.drop_table("item_attempts")
