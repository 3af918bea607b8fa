"""Tables of attempts, and the mapping of their rows to entities."""

from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from domain.assessment.attempts import AttemptMode, AttemptState, QuizAttempt
from domain.content.answers import Answer, SlotAnswer, as_it_is
from domain.content.question_kinds.table import ANSWER_FIELDS
from domain.content.quizzes import Feedback
from persistence.statements import ID, MOMENT, columns_for, id_column, metadata

T = TypeVar("T")

_open = text("state = 'IN_PROGRESS'")
attempts = Table(
    "quiz_attempts",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("quiz_id", ID, ForeignKey("quizzes.id"), nullable=False),
    Column("mode", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("feedback", Text, nullable=False),
    Column("pass_mark", SmallInteger, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("started_at", MOMENT, nullable=False),
    Column("deadline", MOMENT),
    Column("finished_at", MOMENT),
    Column("local_date", Date),
    Column("late", Boolean, nullable=False, server_default=text("false")),
    Column("score", Numeric(4, 1)),
    Column("passed", Boolean),
    Column("revision", Integer, nullable=False, server_default=text("0")),
    Column("asks_unreviewed", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint("state IN ('IN_PROGRESS', 'SUBMITTED', 'GRADED', 'EXPIRED', 'ABANDONED')", name="state"),
    CheckConstraint("score BETWEEN 0 AND 100", name="score"),
    CheckConstraint("(state = 'IN_PROGRESS') = (finished_at IS NULL)", name="finished_at"),
    Index("quiz_attempts_open_key", "user_id", "quiz_id", unique=True, postgresql_where=_open),
    Index("quiz_attempts_deadline_idx", "deadline", postgresql_where=_open),
    Index(
        "quiz_attempts_submitted_idx", "user_id", "finished_at", postgresql_where=text("state = 'SUBMITTED'")
    ),
    Index(None, "user_id", "id"),
    Index(None, "user_id", "finished_at"),
    postgresql_with={"fillfactor": 70},
)
slots = Table(
    "attempt_slots",
    metadata,
    Column("attempt_id", ID, ForeignKey("quiz_attempts.id", ondelete="CASCADE"), nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("question_id", ID, ForeignKey("questions.id"), nullable=False),
    Column("answer", JSONB),
    Column("client_seq", Integer),
    Column("answered_at", MOMENT),
    Column("fast", Boolean, nullable=False, server_default=text("false")),
    Column("flagged", Boolean, nullable=False, server_default=text("false")),
    Column("tie_break", Text(collation="C")),
    Column("first_offline_at", MOMENT),
    Column("first_is_claimed", Boolean),
    Column("credit_numerator", Integer),
    Column("credit_denominator", Integer),
    PrimaryKeyConstraint("attempt_id", "number"),
    CheckConstraint(
        "(answer IS NULL) = (answered_at IS NULL) AND (answer IS NULL) = (client_seq IS NULL)", name="answer"
    ),
    CheckConstraint(
        "credit_numerator BETWEEN 0 AND credit_denominator AND credit_denominator > 0", name="credit"
    ),
    Index(None, "question_id", "attempt_id"),
    postgresql_partition_by="RANGE (attempt_id)",
)
"""Its partitions are half-years, since ids are in the order of time; each has a fillfactor of 50."""

attempt_columns = columns_for(QuizAttempt, attempts)
_positional: Callable[..., QuizAttempt] = QuizAttempt


_MODES = {mode.value: mode for mode in AttemptMode}
_STATES = {state.value: state for state in AttemptState}
_FEEDBACKS = {feedback.value: feedback for feedback in Feedback}


def attempt_of(*columns: Any) -> QuizAttempt:
    """Build an attempt from `attempt_columns`."""
    id_, user_id, quiz_id, mode, state, feedback, *plain, score, passed, asks_unreviewed = columns
    return _positional(
        id_,
        user_id,
        quiz_id,
        _MODES[mode],
        _STATES[state],
        _FEEDBACKS[feedback],
        *plain,
        None if score is None else float(score),
        passed,
        asks_unreviewed,
    )


def values_of(attempt: QuizAttempt) -> dict[str, Any]:
    """Return the values of an attempt by column."""
    values = {column.name: getattr(attempt, column.name) for column in attempt_columns}
    return values | {
        "mode": attempt.mode.value,
        "state": attempt.state.value,
        "feedback": attempt.feedback.value,
        "score": None if attempt.score is None else Decimal(str(attempt.score)),
    }


def _readers(entity: type[T], *conversions: str) -> dict[str, Callable[[Any], T]]:
    """Return what builds `entity` from the JSON of each answer field, by the field's conversions in order.

    It is built by position and without conversions that change nothing: a submission reads every answer.
    """
    names = [field.name for field in fields(entity)]  # type: ignore[arg-type]
    build: Callable[..., T] = entity
    readers: dict[str, Callable[[Any], T]] = {}
    for name, field in ANSWER_FIELDS.items():
        reader: Callable[[Any], T] = partial(build, *[None] * names.index(name))
        for conversion in reversed(conversions):
            convert = getattr(field, conversion)
            reader = reader if convert is as_it_is else _composed(reader, convert)
        readers[name] = reader
    return readers


def _composed(outer: Callable[[Any], T], inner: Callable[[Any], Any]) -> Callable[[Any], T]:
    return lambda value: outer(inner(value))


_ANSWERS = _readers(Answer, "load")
_SLOT_ANSWERS = _readers(SlotAnswer, "load", "show")


def answer_from_json(stored: dict[str, Any] | None) -> Answer | None:
    """Read a stored answer."""
    if stored is None:
        return None
    ((name, value),) = stored.items()
    return _ANSWERS[name](value)


def slot_answer_from_json(stored: dict[str, Any] | None) -> SlotAnswer | None:
    """Read a stored answer for its learner."""
    if stored is None:
        return None
    ((name, value),) = stored.items()
    return _SLOT_ANSWERS[name](value)


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """Write an answer as it is stored: the one field that is set."""
    return {
        name: field.store(value)
        for name, field in ANSWER_FIELDS.items()
        if (value := getattr(answer, name)) is not None
    }
