"""Tables of threads: their contents in order, their link with its guests, and the readers named by their owner."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from persistence.statements import ID, MOMENT, id_column, metadata

threads = Table(
    "threads",
    metadata,
    id_column(),
    Column("owner_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("archived_at", MOMENT),
    Column("created_at", MOMENT, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    Index("threads_owner_id_id_idx", "owner_id", "id"),
    Index("threads_created_at_idx", "owner_id", "created_at", "id"),
)
thread_contents = Table(
    "thread_contents",
    metadata,
    id_column(),
    Column("thread_id", ID, ForeignKey("threads.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("is_generated", Boolean, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    CheckConstraint("position >= 0", name="position"),
    # Deferrable, so that one statement may move several: Postgres then looks at its end, and not at each row.
    UniqueConstraint("thread_id", "position", deferrable=True, initially="IMMEDIATE"),
    Index("thread_contents_created_at_idx", "thread_id", "created_at", "id"),
)
thread_links = Table(
    "thread_links",
    metadata,
    Column("thread_id", ID, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
    Column("secret_hash", ID, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Index("thread_links_secret_hash_key", "secret_hash", unique=True),
)
thread_guests = Table(
    "thread_guests",
    metadata,
    Column("thread_id", ID, ForeignKey("thread_links.thread_id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("opened_at", MOMENT, nullable=False),
)
thread_readers = Table(
    "thread_readers",
    metadata,
    Column("thread_id", ID, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("added_at", MOMENT, nullable=False),
)
