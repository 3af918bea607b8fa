"""Submits write less: no index that other indexes can stand in for, no check of whose a receipt is."""

from alembic import op

revision = "0018"
down_revision = "0017"

_DROPPED = {
    "quiz_attempts_quiz_id_idx": ("quiz_attempts", ["quiz_id"]),
    "quiz_attempts_user_id_quiz_id_local_date_idx": ("quiz_attempts", ["user_id", "quiz_id", "local_date"]),
    "activities_user_id_occurred_at_idx": ("activities", ["user_id", "occurred_at"]),
}


def upgrade() -> None:
    for name, (table, _) in _DROPPED.items():
        op.drop_index(name, table)
    op.drop_constraint("idempotency_receipts_user_id_fkey", "idempotency_receipts")


def downgrade() -> None:
    op.create_foreign_key(
        "idempotency_receipts_user_id_fkey",
        "idempotency_receipts",
        "users",
        ["user_id"],
        ["id"],
        ondelete="CASCADE",
    )
    for name, (table, columns) in _DROPPED.items():
        op.create_index(name, table, columns)
