"""Goals that complete by themselves: targets of mastery, stored deadlines, and who moved a goal."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

_ID = sa.Text(collation="C")
_MASTERY = (
    "(kind = 'MASTERY_TARGET') = (exam_type_id IS NOT NULL) AND (kind = 'MASTERY_TARGET') = (target_mastery IS NOT "
    "NULL) AND target_mastery BETWEEN 50 AND 100"
)
_OLD_NAMES = {"kind": "goals_goals_kind_check_check", "state": "goals_goals_state_check_check"}
"""The names that migration 5 gave: the convention of names was applied to whole names."""
_WIDER = {
    "kind": "kind IN ('MANUAL', 'ROADMAP', 'XP_TARGET', 'MASTERY_TARGET')",
    "state": "state IN ('DRAFT', 'ACTIVE', 'PAUSED', 'OVERDUE', 'COMPLETED', 'ABANDONED')",
}
_NARROWER = {
    "kind": "kind IN ('MANUAL', 'ROADMAP', 'XP_TARGET')",
    "state": "state IN ('DRAFT', 'ACTIVE', 'PAUSED', 'COMPLETED', 'ABANDONED')",
}


def upgrade() -> None:
    op.add_column("goals", sa.Column("exam_type_id", _ID, sa.ForeignKey("exam_types.id")))
    op.add_column("goals", sa.Column("target_mastery", sa.SmallInteger))
    for name, condition in _WIDER.items():
        op.drop_constraint(op.f(_OLD_NAMES[name]), "goals")
        op.create_check_constraint(op.f(f"goals_{name}_check"), "goals", condition)
    op.create_check_constraint(op.f("goals_mastery_check"), "goals", _MASTERY)
    op.create_index(
        "goals_exam_type_id_idx",
        "goals",
        ["exam_type_id"],
        postgresql_where=sa.text("exam_type_id IS NOT NULL"),
    )
    op.create_index(
        "goals_measured_idx",
        "goals",
        ["owner_id"],
        postgresql_where=sa.text("state IN ('ACTIVE', 'OVERDUE') AND kind <> 'MANUAL'"),
    )
    op.create_index("goals_deadline_idx", "goals", ["deadline"], postgresql_where=sa.text("state = 'ACTIVE'"))
    op.add_column(
        "goal_transitions",
        sa.Column("moved_by", sa.Text, nullable=False, server_default=sa.text("'LEARNER'")),
    )
    op.execute("UPDATE goal_transitions SET moved_by = 'PLATFORM' WHERE to_state = 'OVERDUE'")
    op.create_check_constraint(
        op.f("goal_transitions_moved_by_check"), "goal_transitions", "moved_by IN ('LEARNER', 'PLATFORM')"
    )


def downgrade() -> None:
    op.drop_column("goal_transitions", "moved_by")
    op.execute("UPDATE goals SET state = 'ACTIVE' WHERE state = 'OVERDUE'")
    op.execute("DELETE FROM goals WHERE kind = 'MASTERY_TARGET'")
    op.drop_index("goals_deadline_idx", "goals")
    op.drop_index("goals_measured_idx", "goals")
    op.drop_column("goals", "target_mastery")
    op.drop_column("goals", "exam_type_id")
    for name, condition in _NARROWER.items():
        op.drop_constraint(op.f(f"goals_{name}_check"), "goals")
        op.create_check_constraint(op.f(_OLD_NAMES[name]), "goals", condition)
