"""What orders answers and nodes that were set offline, and what was ever done on a path.

A node that is taken back keeps its row, with the state AVAILABLE.
"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"

_BEFORE = "node_progress_node_progress_state_check_check"
_CHECK = "node_progress_state_check"


def upgrade() -> None:
    op.add_column("attempt_slots", sa.Column("tie_break", sa.Text(collation="C")))
    op.add_column("node_progress", sa.Column("tie_break", sa.Text(collation="C")))
    op.add_column(
        "node_progress", sa.Column("passed", sa.Boolean, nullable=False, server_default=sa.text("false"))
    )
    op.add_column("node_progress", sa.Column("done_at", sa.TIMESTAMP(timezone=True)))
    op.execute("UPDATE node_progress SET passed = true WHERE state IN ('DONE', 'SKIPPED')")
    op.execute("UPDATE node_progress SET done_at = changed_at WHERE state = 'DONE'")
    op.drop_constraint(op.f(_BEFORE), "node_progress")
    op.create_check_constraint(
        op.f(_CHECK), "node_progress", "state IN ('AVAILABLE', 'IN_PROGRESS', 'DONE', 'SKIPPED')"
    )


def downgrade() -> None:
    op.execute("DELETE FROM node_progress WHERE state = 'AVAILABLE'")
    op.drop_constraint(op.f(_CHECK), "node_progress")
    op.create_check_constraint(op.f(_BEFORE), "node_progress", "state IN ('IN_PROGRESS', 'DONE', 'SKIPPED')")
    op.drop_column("node_progress", "done_at")
    op.drop_column("node_progress", "passed")
    op.drop_column("node_progress", "tie_break")
    op.drop_column("attempt_slots", "tie_break")
