"""Tables of quizzes and their questions."""

from sqlalchemy import (
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
    UniqueConstraint("slug"),
    CheckConstraint("pass_mark BETWEEN 0 AND 100", name="pass_mark"),
    Index("quizzes_exam_type_id_id_idx", "exam_type_id", "id"),
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
