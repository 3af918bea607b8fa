"""The tables of media: images, and which questions show them."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from persistence.statements import ID, MOMENT, id_column, metadata

media = Table(
    "media",
    metadata,
    id_column(),
    Column("author_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("sha256", ID, nullable=False, index=True),
    Column("content_type", Text, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    UniqueConstraint("author_id", "sha256"),
)

question_media = Table(
    "question_media",
    metadata,
    Column("question_id", ID, ForeignKey("questions.id", ondelete="CASCADE"), nullable=False),
    Column("media_id", ID, ForeignKey("media.id"), nullable=False, index=True),
    Column("position", SmallInteger, nullable=False),
    Column("alt", Text, nullable=False, server_default=text("''")),
    Column("option_id", ID),
    PrimaryKeyConstraint("question_id", "position", name="question_media_pkey"),
    Index("question_media_option_id_idx", "option_id", postgresql_where=text("option_id IS NOT NULL")),
)
