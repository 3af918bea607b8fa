"""Threads with their contents, their links and their readers."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"

_ID = sa.Text(collation="C")
_MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "threads",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("owner_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("archived_at", _MOMENT),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
    )
    op.create_index("threads_owner_id_id_idx", "threads", ["owner_id", "id"])
    op.create_table(
        "thread_contents",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("thread_id", _ID, sa.ForeignKey("threads.id", ondelete="CASCADE"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("is_generated", sa.Boolean, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.CheckConstraint("position >= 0", name=op.f("thread_contents_position_check")),
        sa.UniqueConstraint("thread_id", "position", deferrable=True, initially="IMMEDIATE"),
    )
    op.create_table(
        "thread_links",
        sa.Column("thread_id", _ID, sa.ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("secret_hash", _ID, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
    )
    op.create_index("thread_links_secret_hash_key", "thread_links", ["secret_hash"], unique=True)
    op.create_table(
        "thread_guests",
        sa.Column(
            "thread_id", _ID, sa.ForeignKey("thread_links.thread_id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("opened_at", _MOMENT, nullable=False),
    )
    op.create_index("thread_guests_user_id_idx", "thread_guests", ["user_id"])
    op.create_table(
        "thread_readers",
        sa.Column("thread_id", _ID, sa.ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("added_at", _MOMENT, nullable=False),
    )
    op.create_index("thread_readers_user_id_idx", "thread_readers", ["user_id"])


def downgrade() -> None:
    op.drop_table("thread_readers")
    op.drop_table("thread_guests")
    op.drop_table("thread_links")
    op.drop_table("thread_contents")
    op.drop_table("threads")
