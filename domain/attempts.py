"""Attempts: one learner's run through one quiz, with its questions frozen and its answers kept."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Protocol

from domain.answers import Answer
from domain.entities import entity
from domain.ids import AttemptId, OptionId, QuestionId, QuizId, UserId
from domain.paging import Page, Window
from domain.questions import Question
from domain.quizzes import Feedback

GRACE = timedelta(seconds=5)
"""How long after the deadline an answer that was on its way still counts, by the server's clock."""

Place = tuple[AttemptId, int]
"""A slot: its attempt and its number."""


class AttemptState(Enum):
    """Where an attempt stands; all but IN_PROGRESS are final, SUBMITTED lasts only while it is graded."""

    IN_PROGRESS = "IN_PROGRESS"
    SUBMITTED = "SUBMITTED"
    GRADED = "GRADED"
    EXPIRED = "EXPIRED"
    ABANDONED = "ABANDONED"


class AttemptMode(Enum):
    """How a quiz is taken."""

    PRACTICE = "PRACTICE"


@entity
class QuizAttempt:
    """One attempt as its learner sees it; `score` is in percent with one decimal, None until graded.

    `feedback` and `pass_mark` are those of the quiz at the start. `local_date` is the learner's day on which the
    attempt ended.
    """

    id: AttemptId
    user_id: UserId
    quiz_id: QuizId
    mode: AttemptMode
    state: AttemptState
    feedback: Feedback
    pass_mark: int
    seed: int
    started_at: datetime
    deadline: datetime | None
    finished_at: datetime | None
    local_date: date | None
    score: float | None
    passed: bool | None


@entity
class SlotAnswer:
    """An answer as its learner sees it again; a number is written in decimal, with all its digits."""

    options: list[OptionId] | None
    truth: bool | None
    text: str | None
    number: str | None


@entity
class AttemptSlot:
    """The place of one question in an attempt, with what was answered there and nothing of what is right."""

    attempt_id: AttemptId
    number: int
    question_id: QuestionId
    seed: int
    answer: SlotAnswer | None
    answered_at: datetime | None
    locked: bool

    @property
    def place(self) -> Place:
        """What tells this slot from all others."""
        return (self.attempt_id, self.number)

    @property
    def asked(self) -> tuple[QuestionId, int]:
        """Which question is shown here, and the seed of the order of its options."""
        return (self.question_id, self.seed)


@entity
class OpenSlot:
    """What an answer to a slot is judged by; `previous_at` is when the learner last answered elsewhere.

    Where nothing was answered elsewhere, `previous_at` is the start of the attempt.
    """

    attempt: QuizAttempt
    slot: AttemptSlot
    question: Question
    client_seq: int | None
    previous_at: datetime


@entity
class RevealedSlot:
    """A slot that its learner may see through: the attempt is closed, or it gives feedback after each answer."""

    attempt_id: AttemptId
    number: int
    question_id: QuestionId
    answer: Answer | None


@entity
class AttemptReview:
    """A closed attempt in numbers; a question with part of its credit counts as partly right."""

    attempt_id: AttemptId
    correct: int
    partly_correct: int
    wrong: int
    unanswered: int
    time_spent: timedelta
    pass_mark: int


class Attempts(Protocol):
    """Attempts and their slots; every method reaches only the attempts of the user it names."""

    async def open(self, attempt: QuizAttempt) -> QuizAttempt:
        """Store a new attempt, or return the one that the learner has open at the quiz."""

    async def freeze(self, attempt: QuizAttempt) -> int:
        """Give a new attempt the questions of its quiz in their order, numbered from 1; return how many there are."""

    async def discard(self, attempt_id: AttemptId) -> None:
        """Forget an attempt that this transaction has just stored."""

    async def by_ids(self, ids: Sequence[AttemptId], *, user_id: UserId) -> list[QuizAttempt | None]:
        """Return one slot per id, in their order; only the user's own are filled."""

    async def page(self, user_id: UserId, window: Window) -> Page[QuizAttempt]:
        """Return the user's attempts, newest first."""

    async def slots(self, ids: Sequence[AttemptId], *, user_id: UserId) -> list[list[AttemptSlot]]:
        """Return the slots of each of the user's attempts, by number."""

    async def open_slot(self, place: Place, *, user_id: UserId) -> OpenSlot | None:
        """Return a slot of the user's; nobody changes it or closes its attempt until the transaction ends."""

    async def save(
        self, place: Place, *, answer: Answer, client_seq: int, answered_at: datetime, fast: bool
    ) -> None:
        """Keep an answer at a slot that `open_slot` returned; `fast` says that it came too soon to be read.

        A sheet that was read before is out of date then.
        """

    async def close(
        self, attempt_id: AttemptId, *, user_id: UserId, state: AttemptState, finished_at: datetime
    ) -> QuizAttempt | None:
        """Close an attempt that is in progress; None where it is not.

        Of any number of concurrent calls exactly one gets the attempt.
        """

    async def revealed(self, places: Sequence[Place], *, user_id: UserId) -> list[RevealedSlot | None]:
        """Return one slot per place, filled only where the user may see what was right.

        That is in their graded or expired attempts, and at answered slots of attempts with feedback after each
        answer; but never for a question that another attempt of theirs, still open, asks and does not show.
        """

    async def reviews(self, ids: Sequence[AttemptId], *, user_id: UserId) -> list[AttemptReview | None]:
        """Return one slot per id; only the user's own graded and expired attempts are filled."""

    async def overdue(
        self, *, before: datetime, limit: int, user_id: UserId | None = None
    ) -> list[QuizAttempt]:
        """Return attempts in progress whose deadline lies before the moment, of one user or of all."""


def shown(answer: Answer) -> SlotAnswer:
    """Return the answer as its learner sees it again."""
    return SlotAnswer(
        options=answer.options,
        truth=answer.truth,
        text=answer.text,
        number=None if answer.number is None else format(answer.number, "f"),
    )


def is_overdue(attempt: QuizAttempt, now: datetime) -> bool:
    """Tell whether the attempt is in progress and takes no more answers."""
    return (
        attempt.state is AttemptState.IN_PROGRESS
        and attempt.deadline is not None
        and now > attempt.deadline + GRACE
    )


def remaining(attempt: QuizAttempt, now: datetime) -> timedelta | None:
    """Return the time left, at least zero; None where the attempt is closed or has no deadline."""
    if attempt.state is not AttemptState.IN_PROGRESS or attempt.deadline is None:
        return None
    return max(timedelta(0), attempt.deadline - now)
