"""Tables of generations, of explanations, and of ratings of generated content."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from persistence.statements import ID, MOMENT, id_column, metadata

generations = Table(
    "generations",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("asked", JSONB, nullable=False),
    Column("job_id", ID, nullable=False),
    Column("version_id", ID, ForeignKey("roadmap_versions.id", ondelete="SET NULL")),
    Column("draft_id", ID),
    Column("quiz_id", ID, ForeignKey("quizzes.id", ondelete="SET NULL")),
    Column("explanation_id", ID),
    Column("model", Text),
    Column("prompt", Text),
    Column("prompt_version", SmallInteger),
    Column("call_id", ID),
    Column("created_at", MOMENT, nullable=False),
    Column("finished_at", MOMENT),
    CheckConstraint(
        "kind IN ('ROADMAP', 'QUIZ', 'EXPLANATION', 'ROADMAP_NODE', 'QUIZ_QUESTION')", name="kind"
    ),
    CheckConstraint("(finished_at IS NULL) = (model IS NULL)", name="finished_at"),
    Index(None, "user_id", "id"),
    Index("generations_version_id_idx", "version_id", postgresql_where=text("version_id IS NOT NULL")),
    Index("generations_draft_id_idx", "draft_id", postgresql_where=text("draft_id IS NOT NULL")),
    Index("generations_quiz_id_idx", "quiz_id", postgresql_where=text("quiz_id IS NOT NULL")),
)
explanations = Table(
    "explanations",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("attempt_id", ID, nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("question_id", ID, ForeignKey("questions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("generation_id", ID, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    UniqueConstraint("attempt_id", "number"),
    ForeignKeyConstraint(
        ["attempt_id", "number"],
        ["attempt_slots.attempt_id", "attempt_slots.number"],
        name="explanations_attempt_id_number_fkey",
        ondelete="CASCADE",
    ),
)
content_ratings = Table(
    "content_ratings",
    metadata,
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("target", ID, nullable=False),
    Column("generation_id", ID),
    Column("message_id", ID, ForeignKey("chat_messages.id", ondelete="CASCADE"), index=True),
    Column("model", Text),
    Column("prompt_version", SmallInteger),
    Column("is_helpful", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("rated_at", MOMENT, nullable=False),
    Column("place", BigInteger, Identity(), nullable=False),
    PrimaryKeyConstraint("user_id", "target"),
    CheckConstraint("num_nonnulls(generation_id, message_id) = 1", name="of_one"),
    CheckConstraint("(message_id IS NULL) = (model IS NULL)", name="model"),
    Index(None, "generation_id", "place"),
)
"""`place` orders ratings by when they were given, a changed one anew; `model` wrote the answer of a message."""
