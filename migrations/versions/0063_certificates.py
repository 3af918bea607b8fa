"""Certificates of finished roadmaps."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"

_ID = sa.Text(collation="C")
_MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "certificates",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("code", _ID, nullable=False, unique=True),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("roadmap_id", _ID, sa.ForeignKey("roadmaps.id", ondelete="SET NULL")),
        sa.Column("version_id", _ID, sa.ForeignKey("roadmap_versions.id", ondelete="SET NULL")),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("version_number", sa.Integer, nullable=False),
        sa.Column("steps", sa.Integer, nullable=False),
        sa.Column("checked_steps", sa.Integer, nullable=False),
        sa.Column("completed_at", _MOMENT, nullable=False),
        sa.Column("issued_at", _MOMENT, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="VALID"),
        sa.Column("ended_at", _MOMENT),
        sa.Column("ended_by_id", _ID, sa.ForeignKey("users.id", ondelete="SET NULL")),
        sa.Column("reason", sa.Text),
        sa.Column(
            "status_index",
            sa.BigInteger,
            sa.Identity(always=True, start=0, minvalue=0),
            nullable=False,
            unique=True,
        ),
        sa.UniqueConstraint("user_id", "version_id", name="certificates_user_id_version_id_key"),
        sa.CheckConstraint(
            "state IN ('VALID', 'REVOKED', 'WITHDRAWN')", name=op.f("certificates_state_check")
        ),
        sa.CheckConstraint("(state = 'VALID') = (ended_at IS NULL)", name=op.f("certificates_ended_check")),
    )
    op.create_index("certificates_user_id_id_idx", "certificates", ["user_id", "id"])
    for column in ("roadmap_id", "version_id", "ended_by_id"):
        op.create_index(f"certificates_{column}_idx", "certificates", [column])


def downgrade() -> None:
    op.drop_table("certificates")
