"""The boards: versions from one sequence, an entry per learner, and how many learners stand at each XP."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import CreateSequence, DropSequence

revision = "0009"
down_revision = "0008"

ID = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)
VERSIONS = sa.Sequence("leaderboard_versions", data_type=sa.BigInteger)


def upgrade() -> None:
    op.execute(CreateSequence(VERSIONS))
    op.create_table(
        "leaderboards",
        sa.Column("board", ID, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("learners", sa.BigInteger, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
    )
    op.create_table(
        "leaderboard_entries",
        sa.Column("board", ID, nullable=False),
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("xp", sa.BigInteger, nullable=False),
        sa.Column("reached_at", MOMENT, nullable=False),
        sa.Column("last_gain", sa.BigInteger, nullable=False),
        sa.Column("visible", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("board", "user_id"),
    )
    op.create_index("leaderboard_entries_user_id_idx", "leaderboard_entries", ["user_id"])
    op.create_index(
        "leaderboard_entries_order_idx",
        "leaderboard_entries",
        ["board", sa.text("xp DESC"), "reached_at", "user_id"],
        postgresql_where=sa.text("visible AND xp > 0"),
    )
    op.create_table(
        "leaderboard_buckets",
        sa.Column("board", ID, nullable=False),
        sa.Column("xp", sa.BigInteger, nullable=False),
        sa.Column("learners", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("board", "xp"),
        sa.CheckConstraint("learners > 0", name="leaderboard_buckets_learners_check"),
    )


def downgrade() -> None:
    for table in ("leaderboard_buckets", "leaderboard_entries", "leaderboards"):
        op.drop_table(table)
    op.execute(DropSequence(VERSIONS))
