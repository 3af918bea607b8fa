"""Events of devices, and when devices were in contact."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0061"
down_revision = "0060"

_ID = sa.Text(collation="C")
_MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "offline_events",
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("device_id", _ID, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("claimed_at", _MOMENT, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("refusals", JSONB, nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "id"),
        sa.CheckConstraint(
            "status IN ('APPLIED', 'REFUSED', 'WAITING')", name=op.f("offline_events_status_check")
        ),
    )
    op.create_index("offline_events_received_at_idx", "offline_events", ["received_at"])
    op.create_index(
        "offline_events_waiting_idx",
        "offline_events",
        ["user_id", "at", "id"],
        postgresql_where=sa.text("status = 'WAITING'"),
    )
    op.create_table(
        "offline_devices",
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("device_id", _ID, nullable=False),
        sa.Column("contact_before", _MOMENT),
        sa.Column("sync_began_at", _MOMENT, nullable=False),
        sa.Column("last_contact_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "device_id"),
    )
    op.create_index("offline_devices_last_contact_at_idx", "offline_devices", ["last_contact_at"])


def downgrade() -> None:
    op.drop_table("offline_devices")
    op.drop_table("offline_events")
