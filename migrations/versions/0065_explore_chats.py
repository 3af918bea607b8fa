"""Explore chats and their messages."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"

_ID = sa.Text(collation="C")
_MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "explore_chats",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("topic", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("origin_id", _ID),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("last_active_at", _MOMENT, nullable=False),
        sa.Column("archived_at", _MOMENT),
        sa.Column("message_count", sa.Integer, nullable=False),
        sa.Column("tokens", sa.Integer, nullable=False),
        sa.Column("time_spent", sa.Interval, nullable=False),
        sa.Column("suggested_questions", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("suggested_after", sa.Integer, nullable=False),
    )
    op.create_index("explore_chats_user_id_id_idx", "explore_chats", ["user_id", "id"])
    op.create_index(
        "explore_chats_origin_id_idx",
        "explore_chats",
        ["origin_id"],
        postgresql_where=sa.text("origin_id IS NOT NULL"),
    )
    op.create_table(
        "chat_messages",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("chat_id", _ID, sa.ForeignKey("explore_chats.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("writing", sa.Integer, nullable=False),
        sa.Column("job_id", _ID),
        sa.Column("call_id", _ID),
        sa.Column("model", sa.Text),
        sa.Column("tokens", sa.Integer, nullable=False),
        sa.Column("failure", sa.Text),
        sa.Column("failure_message", sa.Text),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("started_at", _MOMENT),
        sa.Column("ended_at", _MOMENT),
        sa.UniqueConstraint("chat_id", "number", name="chat_messages_chat_id_number_key"),
        sa.CheckConstraint(
            "state IN ('WAITING', 'STREAMING', 'DONE', 'CANCELLED', 'FAILED')",
            name=op.f("chat_messages_state_check"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (state IN ('WAITING', 'STREAMING'))", name=op.f("chat_messages_ended_check")
        ),
        sa.CheckConstraint(
            "(failure IS NULL) = (state <> 'FAILED')", name=op.f("chat_messages_failure_check")
        ),
    )
    op.create_index(
        "chat_messages_in_progress_key",
        "chat_messages",
        ["chat_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('WAITING', 'STREAMING')"),
    )


def downgrade() -> None:
    op.drop_table("chat_messages")
    op.drop_table("explore_chats")
