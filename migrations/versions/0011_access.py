"""Devices of sessions, and what ended access before its token did."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ID = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("users", sa.Column("access_version", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("sessions", sa.Column("device", sa.Text))
    op.add_column("sessions", sa.Column("address", sa.Text))
    op.create_table(
        "access_changes",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("written_by", sa.BigInteger, nullable=False, server_default=sa.text("txid_current()")),
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("session_id", ID),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
    )
    op.create_index("access_changes_written_by_idx", "access_changes", ["written_by"])
    op.create_index("access_changes_user_id_idx", "access_changes", ["user_id"])


def downgrade() -> None:
    op.drop_table("access_changes")
    op.drop_column("sessions", "address")
    op.drop_column("sessions", "device")
    op.drop_column("users", "access_version")
