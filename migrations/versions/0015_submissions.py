"""Handing in at once: revisions to compare, room on pages that are updated, no checks of copies."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_COPIES = {
    "attempt_days": {"user_id": "users", "exam_type_id": "exam_types"},
    "domain_days": {"user_id": "users", "domain_id": "exam_domains"},
    "xp_outbox": {"user_id": "users"},
}
_INDEXED = (("attempt_days", "exam_type_id"), ("domain_days", "domain_id"), ("xp_outbox", "user_id"))
_ROOM = {"users": 80, "quiz_attempts": 70, "attempt_slots": 50, "attempt_days": 70, "domain_days": 70}


def upgrade() -> None:
    for table in ("users", "quiz_attempts"):
        op.add_column(table, sa.Column("revision", sa.Integer, nullable=False, server_default=sa.text("0")))
    for table, column in _INDEXED:
        op.drop_index(f"{table}_{column}_idx", table)
    for table, columns in _COPIES.items():
        for column in columns:
            op.drop_constraint(f"{table}_{column}_fkey", table)
    for table, percent in _ROOM.items():
        op.execute(f"ALTER TABLE {table} SET (fillfactor = {percent})")


def downgrade() -> None:
    for table in _ROOM:
        op.execute(f"ALTER TABLE {table} RESET (fillfactor)")
    for table, columns in _COPIES.items():
        for column, referred in columns.items():
            op.create_foreign_key(
                f"{table}_{column}_fkey", table, referred, [column], ["id"], ondelete="CASCADE"
            )
    for table, column in _INDEXED:
        op.create_index(f"{table}_{column}_idx", table, [column])
    for table in ("quiz_attempts", "users"):
        op.drop_column(table, "revision")
