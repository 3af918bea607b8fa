"""Slots that their learner has flagged, and the slots of a question from the first attempt on."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    op.add_column(
        "attempt_slots", sa.Column("flagged", sa.Boolean, nullable=False, server_default=sa.text("false"))
    )
    op.create_index(
        "attempt_slots_question_id_attempt_id_idx", "attempt_slots", ["question_id", "attempt_id"]
    )
    op.drop_index("attempt_slots_question_id_idx", "attempt_slots")


def downgrade() -> None:
    op.create_index("attempt_slots_question_id_idx", "attempt_slots", ["question_id"])
    op.drop_index("attempt_slots_question_id_attempt_id_idx", "attempt_slots")
    op.drop_column("attempt_slots", "flagged")
