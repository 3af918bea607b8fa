"""Attempts at quizzes: one learner's run through one quiz, with frozen questions and saved answers."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Protocol

from domain.assessment.answer_shares import AnswerCounts
from domain.assessment.attempt_reviews import AttemptReview, RevealedSlot
from domain.content.answers import Answer, SlotAnswer
from domain.content.question_kinds.table import ANSWER_FIELDS
from domain.content.questions import Question
from domain.content.quizzes import Feedback
from domain.entities import entity
from domain.ids import AttemptId, QuestionId, QuizId, UserId
from domain.paging import Page, Window

GRACE = timedelta(seconds=5)
"""How long after the deadline an answer is still accepted, for the time it takes to arrive."""

Place = tuple[AttemptId, int]
"""A slot: its attempt and its number."""


class AttemptState(Enum):
    """The state of an attempt; all but IN_PROGRESS and SUBMITTED are final.

    SUBMITTED is one whose result is withheld while another open attempt of the learner asks one of its questions.
    """

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
    attempt ended. `late` says of a withheld attempt that it has ended by its deadline, and will be EXPIRED.
    `asks_unreviewed` says that it asks a generated question without a review at its start, and earns no XP.
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
    late: bool
    score: float | None
    passed: bool | None
    asks_unreviewed: bool = False


@entity
class AttemptFilter:
    """A filter of attempts; None leaves a condition out. They were started from `since` on and before `until`."""

    quiz_id: QuizId | None = None
    exam_type_code: str | None = None
    state: AttemptState | None = None
    passed: bool | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def asks_for_results(self) -> bool:
        """Whether an overdue attempt that is not graded yet may be in the wrong place."""
        return self.passed is not None or self.state not in {None, AttemptState.IN_PROGRESS}


ALL_ATTEMPTS = AttemptFilter()


@entity
class AttemptSlot:
    """The place of one question in an attempt, with the answer and without anything of the answer key.

    `flagged` is the learner's own mark to look at the question again.
    """

    attempt_id: AttemptId
    number: int
    question_id: QuestionId
    seed: int
    answer: SlotAnswer | None
    answered_at: datetime | None
    locked: bool
    flagged: bool

    @property
    def place(self) -> Place:
        """The key of the slot."""
        return (self.attempt_id, self.number)

    @property
    def asked(self) -> tuple[QuestionId, int]:
        """Which question is shown here, and the seed of the order of its options."""
        return (self.question_id, self.seed)


@entity
class OpenSlot:
    """What accepting an answer to a slot depends on.

    `previous_at` is when the learner last answered another slot, or else the start of the attempt. `tie_break` orders
    answers that were given offline, and is None for one that was sent alone.
    """

    attempt: QuizAttempt
    slot: AttemptSlot
    question: Question
    client_seq: int | None
    previous_at: datetime
    tie_break: str | None = None


@entity
class Taken:
    """The attempts that a learner has begun at a quiz: how many, and when the last one ended."""

    count: int
    last_end: datetime | None


Frozen = tuple[int, bool]  # how many questions there are, and whether one is generated and unreviewed


class Attempts(Protocol):
    """Attempts and their slots; every method reaches only the attempts of the user it is given."""

    async def open(self, attempt: QuizAttempt) -> QuizAttempt:
        """Store a new attempt, or return the one that the learner has open at the quiz."""

    async def freeze(self, attempt: QuizAttempt) -> Frozen:
        """Give a new attempt the questions of its quiz that are not suspended, in their order, numbered from 1."""

    async def freeze_drawn(self, attempt: QuizAttempt, question_ids: Sequence[QuestionId]) -> Frozen:
        """Give a new attempt these questions, numbered from 1."""

    async def taken(self, quiz_id: QuizId, *, user_id: UserId, without: AttemptId) -> Taken:
        """Return how often the user has begun the quiz before this attempt, in whatever state those attempts are."""

    async def discard(self, attempt_id: AttemptId) -> None:
        """Delete an attempt that this transaction has just stored."""

    async def by_ids(self, ids: Sequence[AttemptId], *, user_id: UserId) -> list[QuizAttempt | None]:
        """Return one slot per id, in their order; only the user's own are filled."""

    async def page(
        self, user_id: UserId, window: Window, *, asked: AttemptFilter = ALL_ATTEMPTS
    ) -> Page[QuizAttempt]:
        """Return the user's attempts that pass the filter, newest first."""

    async def slots(self, ids: Sequence[AttemptId], *, user_id: UserId) -> list[list[AttemptSlot]]:
        """Return the slots of each of the user's attempts, by number."""

    async def asked(
        self, ids: Sequence[QuestionId], *, user_id: UserId
    ) -> list[tuple[QuestionId, int] | None]:
        """Return each question that the user was asked or wrote, with the seed of its order, else None.

        It is that of the latest attempt that asked it, else of the latest study session.
        """

    async def open_slot(self, place: Place, *, user_id: UserId) -> OpenSlot | None:
        """Return a slot of the user's and lock its attempt until the transaction ends."""

    async def save(
        self, place: Place, *, answer: Answer, client_seq: int, answered_at: datetime, fast: bool
    ) -> None:
        """Save an answer to a slot that `open_slot` returned; `fast` says that it came sooner than one can read.

        This makes a grading input that was read before out of date.
        """

    async def flag(self, place: Place, *, flagged: bool) -> None:
        """Flag a slot that `open_slot` returned, or take the flag back; no grading input is out of date by it."""

    async def close(
        self, attempt_id: AttemptId, *, user_id: UserId, state: AttemptState, finished_at: datetime
    ) -> QuizAttempt | None:
        """Close an attempt that is in progress; None where it is not.

        Of any number of concurrent calls exactly one gets the attempt.
        """

    async def revealed(self, places: Sequence[Place], *, user_id: UserId) -> list[RevealedSlot | None]:
        """Return one slot per place, filled only where the user may see what was right.

        They may in their graded and expired attempts, and at answered slots of attempts with feedback after each
        answer; but never in an attempt that shows the score only, nor for a question that another open attempt of
        theirs asks and does not show yet.
        """

    async def reviews(self, ids: Sequence[AttemptId], *, user_id: UserId) -> list[AttemptReview | None]:
        """Return one slot per id; only the user's own graded and expired attempts are filled."""

    async def answers_of_others(
        self, ids: Sequence[QuestionId], *, user_id: UserId
    ) -> list[AnswerCounts | None]:
        """Return one slot per question: how other learners were first graded on it, None where they are too few.

        Of many attempts the earliest MOST_COUNTED are counted.
        """

    async def holders(self, ids: Sequence[AttemptId], *, user_id: UserId) -> list[QuizAttempt | None]:
        """Return for each of the user's withheld attempts the open one that asks one of its questions, the oldest."""

    async def overdue(
        self, *, before: datetime, limit: int, user_id: UserId | None = None
    ) -> list[QuizAttempt]:
        """Return attempts in progress whose deadline lies before the moment, of one user or of all."""


def shown(answer: Answer) -> SlotAnswer:
    """Return the answer as its learner sees it again."""
    return SlotAnswer(**{name: field.show(getattr(answer, name)) for name, field in ANSWER_FIELDS.items()})


def is_overdue(attempt: QuizAttempt, now: datetime) -> bool:
    """Tell whether the attempt is in progress and takes no more answers."""
    return (
        attempt.state is AttemptState.IN_PROGRESS
        and attempt.deadline is not None
        and now > attempt.deadline + GRACE
    )


def remaining(attempt: QuizAttempt, now: datetime) -> timedelta | None:
    """Return the time left, at least zero; None for a closed attempt or one without a deadline."""
    if attempt.state is not AttemptState.IN_PROGRESS or attempt.deadline is None:
        return None
    return max(timedelta(0), attempt.deadline - now)
