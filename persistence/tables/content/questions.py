"""Tables of questions and of their answer keys."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Computed,
    ForeignKey,
    Index,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from persistence.statements import ID, id_column, metadata

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FIRST = len("question_") + 1
_MADE_MS = " + ".join(
    f"((strpos('{_DIGITS}', substr(id, {_FIRST + place}, 1)) - 1)::bigint << {5 * (9 - place)})"
    for place in range(10)
)
"""When a question was made, by its id: the first ten digits are its time in milliseconds."""

questions = Table(
    "questions",
    metadata,
    id_column(),
    Column("exam_type_id", ID, ForeignKey("exam_types.id"), nullable=False, index=True),
    Column("domain_id", ID, ForeignKey("exam_domains.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("difficulty", Text, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("options", JSONB, nullable=False),
    Column("all_or_nothing", Boolean, nullable=False),
    Column("prompts", JSONB),
    Column("blanks", JSONB),
    Column("prompt_format", Text, nullable=False, server_default=text("'PLAIN'")),
    Column("author_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("content_hash", Text(collation="C"), nullable=False),
    Column("version", SmallInteger, nullable=False, server_default=text("1")),
    Column("replaced_by_id", ID, ForeignKey("questions.id", ondelete="SET NULL")),
    Column("lineage_id", ID, nullable=False),
    Column("made_ms", BigInteger, Computed(_MADE_MS, persisted=True)),
    UniqueConstraint("author_id", "content_hash"),
    Index(None, "author_id", "exam_type_id", "name"),
    Index(
        "questions_replaced_by_id_idx", "replaced_by_id", postgresql_where=text("replaced_by_id IS NOT NULL")
    ),
    Index("questions_lineage_id_idx", "lineage_id", postgresql_where=text("replaced_by_id IS NULL")),
    Index(
        "questions_newest_idx", "author_id", "made_ms", "id", postgresql_where=text("replaced_by_id IS NULL")
    ),
)


question_keys = Table(
    "question_keys",
    metadata,
    Column("question_id", ID, ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True),
    Column("correct_options", ARRAY(ID), nullable=False),
    Column("truth", Boolean),
    Column("texts", JSONB, nullable=False),
    Column("numbers", JSONB, nullable=False),
    Column("explanation", Text, nullable=False),
    Column("option_feedback", JSONB, nullable=False),
    Column("parts", JSONB),
)
