"""Users, their sessions and refresh tokens, and the receipts of idempotency keys."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.Text(collation="C")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", ID, primary_key=True),
        sa.Column("handle", sa.Text, nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("avatar_url", sa.Text),
        sa.Column("bio", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.Column("level", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("xp_total", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("email_verified", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("time_zone", sa.Text, nullable=False),
        sa.Column("day_start_hour", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("locale", sa.Text, nullable=False, server_default=sa.text("'en'")),
        sa.Column("on_boards", sa.Boolean, nullable=False, server_default=sa.text("true")),
        sa.CheckConstraint("day_start_hour BETWEEN 0 AND 6", name="users_day_start_hour_check"),
        sa.CheckConstraint("xp_total >= 0", name="users_xp_total_check"),
    )
    op.create_index("users_email_key", "users", ["email"], unique=True)
    op.create_index("users_handle_key", "users", ["handle"], unique=True)
    op.create_table(
        "sessions",
        sa.Column("id", ID, primary_key=True),
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT),
    )
    op.create_index("sessions_user_id_idx", "sessions", ["user_id"])
    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", sa.Text(collation="C"), primary_key=True),
        sa.Column("session_id", ID, sa.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("spent_at", MOMENT),
    )
    op.create_index("refresh_tokens_session_id_idx", "refresh_tokens", ["session_id"])
    op.create_table(
        "idempotency_receipts",
        sa.Column("user_id", ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("result_id", ID, nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "operation", "key"),
    )


def downgrade() -> None:
    for table in ("idempotency_receipts", "refresh_tokens", "sessions", "users"):
        op.drop_table(table)
