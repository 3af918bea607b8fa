"""The tables of attempts, and how their rows become entities."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
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

from domain.answers import Answer
from domain.attempts import AttemptMode, AttemptState, QuizAttempt
from domain.quizzes import Feedback
from persistence.base import ID, columns_for, id_column, metadata

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
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("deadline", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    Column("local_date", Date),
    Column("score", Numeric(4, 1)),
    Column("passed", Boolean),
    Column("revision", Integer, nullable=False, server_default=text("0")),
    CheckConstraint("state IN ('IN_PROGRESS', 'SUBMITTED', 'GRADED', 'EXPIRED', 'ABANDONED')", name="state"),
    CheckConstraint("score BETWEEN 0 AND 100", name="score"),
    CheckConstraint("(state = 'IN_PROGRESS') = (finished_at IS NULL)", name="finished_at"),
    Index("quiz_attempts_open_key", "user_id", "quiz_id", unique=True, postgresql_where=_open),
    Index("quiz_attempts_deadline_idx", "deadline", postgresql_where=_open),
    Index(None, "user_id", "id"),
    Index(None, "user_id", "finished_at"),
    postgresql_with={"fillfactor": 70},
)
slots = Table(
    "attempt_slots",
    metadata,
    Column("attempt_id", ID, ForeignKey("quiz_attempts.id", ondelete="CASCADE"), nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("question_id", ID, ForeignKey("questions.id"), nullable=False, index=True),
    Column("answer", JSONB),
    Column("client_seq", Integer),
    Column("answered_at", DateTime(timezone=True)),
    Column("fast", Boolean, nullable=False, server_default=text("false")),
    Column("credit_numerator", Integer),
    Column("credit_denominator", Integer),
    PrimaryKeyConstraint("attempt_id", "number"),
    CheckConstraint(
        "(answer IS NULL) = (answered_at IS NULL) AND (answer IS NULL) = (client_seq IS NULL)", name="answer"
    ),
    CheckConstraint(
        "credit_numerator BETWEEN 0 AND credit_denominator AND credit_denominator > 0", name="credit"
    ),
    postgresql_with={"fillfactor": 50},
)

attempt_columns = columns_for(QuizAttempt, attempts)
_positional: Callable[..., QuizAttempt] = QuizAttempt


_MODES = {mode.value: mode for mode in AttemptMode}
_STATES = {state.value: state for state in AttemptState}
_FEEDBACKS = {feedback.value: feedback for feedback in Feedback}


def attempt_of(*columns: Any) -> QuizAttempt:
    """Build an attempt from `attempt_columns`."""
    id_, user_id, quiz_id, mode, state, feedback, *plain, score, passed = columns
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


def answer_of(kept: dict[str, Any] | None) -> Answer | None:
    """Read an answer as it is kept."""
    if kept is None:
        return None
    number = kept.get("number")
    return Answer(
        options=kept.get("options"),
        truth=kept.get("truth"),
        text=kept.get("text"),
        number=None if number is None else Decimal(number),
    )


def kept_of(answer: Answer) -> dict[str, Any]:
    """Write an answer as it is kept: its one field, a number as text so that no digit is lost."""
    fields = {
        "options": answer.options,
        "truth": answer.truth,
        "text": answer.text,
        "number": None if answer.number is None else str(answer.number),
    }
    return {name: value for name, value in fields.items() if value is not None}
