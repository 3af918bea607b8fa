"""Goals, and every move of theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "goals",
        sa.Column("id", ID, primary_key=True),
        sa.Column("owner_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("deadline", MOMENT),
        sa.Column("target_xp", sa.Integer),
        sa.Column("roadmap_id", ID, sa.ForeignKey("roadmaps.id", ondelete="SET NULL")),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("completed_at", MOMENT),
        sa.Column("xp_at_start", sa.BigInteger, nullable=False),
        sa.CheckConstraint("kind IN ('MANUAL', 'ROADMAP', 'XP_TARGET')", name="goals_kind_check"),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'ACTIVE', 'PAUSED', 'COMPLETED', 'ABANDONED')", name="goals_state_check"
        ),
        sa.CheckConstraint("(kind = 'XP_TARGET') = (target_xp IS NOT NULL)", name="goals_target_xp_check"),
        sa.CheckConstraint(
            "(state = 'COMPLETED') = (completed_at IS NOT NULL)", name="goals_completed_at_check"
        ),
    )
    op.create_index("goals_owner_id_id_idx", "goals", ["owner_id", "id"])
    op.create_index(
        "goals_roadmap_id_idx", "goals", ["roadmap_id"], postgresql_where=sa.text("roadmap_id IS NOT NULL")
    )
    op.create_table(
        "goal_transitions",
        sa.Column("goal_id", ID, sa.ForeignKey("goals.id", ondelete="CASCADE"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("from_state", sa.Text, nullable=False),
        sa.Column("to_state", sa.Text, nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("goal_id", "version", "to_state"),
    )


def downgrade() -> None:
    for table in ("goal_transitions", "goals"):
        op.drop_table(table)
