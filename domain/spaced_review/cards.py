"""Review cards: one for each learner and question, whichever of its versions is the newest."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError
from domain.gamification.streaks import UserZone
from domain.ids import ExamDomainId, ExamTypeId, QuestionId, ReviewCardId, UserId
from domain.paging import Page, Window
from domain.spaced_review.memory import CardMemory, CardState, Memory, Outcome
from domain.spaced_review.review_log import LogEntry

MOST_CARDS = 10_000
"""How many cards a learner may have."""
FORECAST_DAYS = 30


@entity
class ReviewCard:
    """A card; `lineage_id` is the id of the first version of its question, and `question_id` that of the newest.

    A card is not asked while it is suspended, nor before `buried_until`.
    """

    id: ReviewCardId
    user_id: UserId
    lineage_id: QuestionId
    question_id: QuestionId
    created_at: datetime
    state: CardState
    step: int | None
    stability: float | None
    difficulty: float | None
    due_at: datetime
    last_reviewed_at: datetime | None
    reviews: int
    lapses: int
    introduced_on: date | None
    suspended_at: datetime | None
    buried_until: datetime | None

    @property
    def asked(self) -> tuple[QuestionId, int]:
        """Which question is shown, and the seed of the order of its options."""
        return (self.question_id, self.reviews)

    @property
    def suspended(self) -> bool:
        """Whether the learner has suspended it."""
        return self.suspended_at is not None


@entity
class ReviewFilter:
    """Which cards a list has: of one exam type, domain, state, suspended or not; None for all."""

    exam_type_id: ExamTypeId | None = None
    domain_id: ExamDomainId | None = None
    state: CardState | None = None
    is_suspended: bool | None = None


@entity
class Subject:
    """A question as a learner may put it on a card, with the card that they have.

    `is_asked` says whether an open attempt of the learner asks it without showing it yet, `is_score_only` whether a
    quiz asks it that shows the score only. `is_unreviewed` says that it was generated and no human has reviewed it.
    """

    lineage_id: QuestionId
    question_id: QuestionId
    author_id: UserId
    is_asked: bool
    is_score_only: bool
    card: ReviewCard | None
    is_unreviewed: bool = False

    def pays(self, learner_id: UserId) -> bool:
        """Tell whether reviews of it earn XP: of others' questions, unless generated and unreviewed."""
        return self.author_id != learner_id and not self.is_unreviewed


@entity
class ForecastDay:
    """How many cards come up on a local date; the first date has those that are overdue as well."""

    local_date: date
    due: int


@entity
class CalibrationDecile:
    """Reviews whose predicted chance of remembering lies in one tenth: how many there were, and what came of them.

    `from_chance` and `to_chance` bound the tenth. `predicted` is the mean prediction, `recalled` the share that was
    remembered.
    """

    from_chance: float
    to_chance: float
    reviews: int
    predicted: float
    recalled: float


class QuestionInOpenAttemptError(DomainError):
    """An open attempt of the learner asks the question, so that its card waits."""

    code = "QUESTION_IN_OPEN_ATTEMPT"


class TooManyReviewCardsError(DomainError):
    """The learner has as many cards as are allowed."""

    code = "TOO_MANY_REVIEW_CARDS"


class ReviewCards(Protocol):
    """Cards with their logs.

    Lists leave out cards of questions that an open attempt of their learner asks, or a quiz that shows the score only.
    """

    async def by_ids(self, ids: Sequence[ReviewCardId], *, viewer_id: UserId) -> list[ReviewCard | None]:
        """Return the viewer's own cards, one slot per id, without those that lists leave out."""

    async def questions_shown(
        self, ids: Sequence[ReviewCardId], *, viewer_id: UserId
    ) -> list[QuestionId | None]:
        """Return the newest version of the question of each of the viewer's own cards, if it may be revealed now."""

    async def subjects_of_cards(
        self, ids: Sequence[ReviewCardId], *, user_id: UserId
    ) -> list[Subject | None]:
        """Return the question of each card, one slot per id; only the user's own are filled."""

    async def subjects(self, ids: Sequence[QuestionId], *, user_id: UserId) -> list[Subject | None]:
        """Return one slot per question, of any version."""

    async def count(self, user_id: UserId) -> int:
        """Return how many cards the user has."""

    async def add(self, cards: Sequence[ReviewCard]) -> None:
        """Store new cards; a card of a learner and question that exists stays as it is."""

    async def save(self, cards: Sequence[ReviewCard], outcomes: Sequence[Sequence[Outcome]]) -> None:
        """Store what follows from the logs of cards, with the outcomes of each."""

    async def set_aside(self, card: ReviewCard) -> None:
        """Store whether a card is suspended or buried."""

    async def append(self, entries: Sequence[LogEntry]) -> None:
        """Add entries to logs; those that are there already change nothing."""

    async def log(self, ids: Sequence[ReviewCardId]) -> list[LogEntry]:
        """Return the entries of some cards."""

    async def all_of(self, user_id: UserId, *, after: ReviewCardId | None, limit: int) -> list[ReviewCard]:
        """Return a learner's cards by id, those in open attempts included."""

    async def queue(
        self, window: Window, filters: ReviewFilter, *, viewer_id: UserId, now: datetime, today: date
    ) -> Page[ReviewCard]:
        """Return the cards that are due, the longest first, then new ones, the oldest first.

        There are as many new ones as the learner wants for a date, without those that they began `today`.
        """

    async def page(self, window: Window, filters: ReviewFilter, *, viewer_id: UserId) -> Page[ReviewCard]:
        """Return the viewer's cards, newest first."""

    async def reviewed_on(self, user_id: UserId, local_date: date) -> int:
        """Return how many reviews of a date count."""

    async def forecast(self, user_id: UserId, *, zone: UserZone, first: date, days: int) -> list[ForecastDay]:
        """Return how many cards come up on each date, zeros included; those of earlier dates are on the first."""

    async def calibration(self, user_id: UserId) -> list[CalibrationDecile]:
        """Return the tenths that have predictions, the lowest first."""


def memory_of(card: ReviewCard) -> Memory:
    """Return the memory that a card holds."""
    return Memory(
        state=card.state,
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        due_at=card.due_at,
        last_reviewed_at=card.last_reviewed_at,
    )


def with_memory(card: ReviewCard, found: CardMemory) -> ReviewCard:
    """Return the card with what follows from its log."""
    memory = found.memory
    return replace(
        card,
        state=memory.state,
        step=memory.step,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due_at=memory.due_at,
        last_reviewed_at=memory.last_reviewed_at,
        reviews=found.reviews,
        lapses=found.lapses,
        introduced_on=found.introduced_on,
    )


def new_card(card_id: ReviewCardId, *, user_id: UserId, subject: Subject, now: datetime) -> ReviewCard:
    """Return a card of a question that the learner has none of."""
    return ReviewCard(
        id=card_id,
        user_id=user_id,
        lineage_id=subject.lineage_id,
        question_id=subject.question_id,
        created_at=now,
        state=CardState.NEW,
        step=None,
        stability=None,
        difficulty=None,
        due_at=now,
        last_reviewed_at=None,
        reviews=0,
        lapses=0,
        introduced_on=None,
        suspended_at=None,
        buried_until=None,
    )
