"""Tables of topic chains and of their topics."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from persistence.statements import ID, MOMENT, id_column, metadata

topic_chains = Table(
    "topic_chains",
    metadata,
    id_column(),
    Column("owner_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("public_id", ID, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("path", ARRAY(Text), nullable=False),
    Column("path_key", ID, nullable=False),
    Column("shared_at", MOMENT),
    Column("created_at", MOMENT, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    UniqueConstraint("owner_id", "path_key"),
    Index(None, "owner_id", "id"),
    Index("topic_chains_created_at_idx", "owner_id", "created_at", "id"),
)
topics = Table(
    "topics",
    metadata,
    id_column(),
    Column("chain_id", ID, ForeignKey("topic_chains.id", ondelete="CASCADE"), nullable=False),
    Column("parent_id", ID),
    Column("name", Text, nullable=False),
    Column("name_key", ID, nullable=False),
    Column("description", Text, nullable=False),
    Column("difficulty", Integer, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("is_base", Boolean, nullable=False),
    Column("is_generated", Boolean, nullable=False),
    Column("explored_at", MOMENT),
    Column("created_at", MOMENT, nullable=False),
    UniqueConstraint("chain_id", "id"),
    UniqueConstraint(
        "chain_id", "parent_id", "name_key", name="topics_name_key", postgresql_nulls_not_distinct=True
    ),
    ForeignKeyConstraint(
        ["chain_id", "parent_id"],
        ["topics.chain_id", "topics.id"],
        name="topics_chain_id_parent_id_fkey",
        ondelete="CASCADE",
    ),
    CheckConstraint("difficulty BETWEEN 0 AND 10", name="difficulty"),
    CheckConstraint("(parent_id IS NULL) = (depth = 0)", name="depth"),
    Index(None, "chain_id", "depth", "difficulty", "id"),
    Index(None, "parent_id", "difficulty", "id"),
    Index(
        "topics_explored_at_idx",
        "chain_id",
        "explored_at",
        "id",
        postgresql_where=text("explored_at IS NOT NULL"),
    ),
)
"""`name_key` is the name without case; the chain has a topic of it once below one topic."""
