"""Tables of quizzes, their questions and their pools."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Interval,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from persistence.statements import ID, MOMENT, id_column, metadata

quizzes = Table(
    "quizzes",
    metadata,
    id_column(),
    Column("slug", Text(collation="C"), nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("exam_type_id", ID, ForeignKey("exam_types.id"), nullable=False),
    Column("author_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("time_limit", Interval),
    Column("pass_mark", SmallInteger, nullable=False),
    Column("feedback", Text, nullable=False),
    Column("question_count", Integer, nullable=False),
    Column("closes_at", MOMENT),
    Column("content_hash", Text(collation="C"), nullable=False),
    Column("published_at", MOMENT, nullable=False),
    Column("withdrawn_at", MOMENT),
    Column("opens_at", MOMENT),
    Column("attempts_allowed", SmallInteger),
    Column("cool_down", Interval),
    Column("shuffle_questions", Boolean, nullable=False, server_default=text("false")),
    Column("shuffle_options", Boolean, nullable=False, server_default=text("true")),
    Column("drawn_count", SmallInteger, nullable=False, server_default=text("0")),
    Column("drawn_for_id", ID, ForeignKey("users.id", ondelete="CASCADE")),
    UniqueConstraint("slug"),
    CheckConstraint("pass_mark BETWEEN 0 AND 100", name="pass_mark"),
    CheckConstraint("attempts_allowed > 0", name="attempts_allowed"),
    Index("quizzes_exam_type_id_id_idx", "exam_type_id", "id"),
    Index("quizzes_drawn_for_id_idx", "drawn_for_id", postgresql_where=text("drawn_for_id IS NOT NULL")),
)


quiz_questions = Table(
    "quiz_questions",
    metadata,
    Column("quiz_id", ID, ForeignKey("quizzes.id", ondelete="CASCADE"), nullable=False),
    Column("position", SmallInteger, nullable=False),
    Column("question_id", ID, ForeignKey("questions.id", ondelete="CASCADE"), nullable=False, index=True),
    PrimaryKeyConstraint("quiz_id", "position"),
    UniqueConstraint("quiz_id", "question_id"),
)


quiz_pools = Table(
    "quiz_pools",
    metadata,
    Column("quiz_id", ID, ForeignKey("quizzes.id", ondelete="CASCADE"), nullable=False),
    Column("position", SmallInteger, nullable=False),
    Column("domain_id", ID, ForeignKey("exam_domains.id"), index=True),
    Column("difficulty", Text),
    Column("count", SmallInteger, nullable=False),
    PrimaryKeyConstraint("quiz_id", "position"),
    CheckConstraint("count > 0", name="count"),
)
