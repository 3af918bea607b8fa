"""Settings of quizzes: when and how often they can be taken, shuffling, pools, and quizzes drawn for one learner."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"

_ID = sa.Text(collation="C")


def upgrade() -> None:
    op.add_column("quizzes", sa.Column("opens_at", sa.DateTime(timezone=True)))
    op.add_column("quizzes", sa.Column("attempts_allowed", sa.SmallInteger))
    op.add_column("quizzes", sa.Column("cool_down", sa.Interval))
    op.add_column(
        "quizzes",
        sa.Column("shuffle_questions", sa.Boolean, nullable=False, server_default=sa.text("false")),
    )
    op.add_column(
        "quizzes", sa.Column("shuffle_options", sa.Boolean, nullable=False, server_default=sa.text("true"))
    )
    op.add_column(
        "quizzes", sa.Column("drawn_count", sa.SmallInteger, nullable=False, server_default=sa.text("0"))
    )
    op.add_column("quizzes", sa.Column("drawn_for_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE")))
    op.create_check_constraint("quizzes_attempts_allowed_check", "quizzes", "attempts_allowed > 0")
    op.create_index(
        "quizzes_drawn_for_id_idx",
        "quizzes",
        ["drawn_for_id"],
        postgresql_where=sa.text("drawn_for_id IS NOT NULL"),
    )
    op.create_table(
        "quiz_pools",
        sa.Column("quiz_id", _ID, sa.ForeignKey("quizzes.id", ondelete="CASCADE"), nullable=False),
        sa.Column("position", sa.SmallInteger, nullable=False),
        sa.Column("domain_id", _ID, sa.ForeignKey("exam_domains.id")),
        sa.Column("difficulty", sa.Text),
        sa.Column("count", sa.SmallInteger, nullable=False),
        sa.PrimaryKeyConstraint("quiz_id", "position"),
        sa.CheckConstraint("count > 0", name="quiz_pools_count_check"),
    )
    op.create_index("quiz_pools_domain_id_idx", "quiz_pools", ["domain_id"])


def downgrade() -> None:
    op.drop_table("quiz_pools")
    op.drop_index("quizzes_drawn_for_id_idx", "quizzes")
    op.execute(
        "DELETE FROM quiz_attempts WHERE quiz_id IN (SELECT id FROM quizzes WHERE drawn_for_id IS NOT NULL)"
    )
    op.execute("DELETE FROM quizzes WHERE drawn_for_id IS NOT NULL")
    for name in (
        "drawn_for_id",
        "drawn_count",
        "shuffle_options",
        "shuffle_questions",
        "cool_down",
        "attempts_allowed",
        "opens_at",
    ):
        op.drop_column("quizzes", name)
