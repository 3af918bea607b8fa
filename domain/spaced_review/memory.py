"""Memory: what is known about how well a learner remembers one question, as it follows from the log of its card."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Protocol

from domain.entities import entity
from domain.spaced_review import review_log
from domain.spaced_review.review_log import EntryKind, LogEntry, Rating

_DAY = timedelta(days=1)
MOST_OUTCOMES = 200
"""How many predictions of one card are kept, the latest."""


class CardState(Enum):
    """Where a card is on its way: NEW until its first review or answer."""

    NEW = "NEW"
    LEARNING = "LEARNING"
    REVIEW = "REVIEW"
    RELEARNING = "RELEARNING"


@entity
class Memory:
    """The memory of one question; `stability` is in days, `difficulty` from 1 to 10, both None while it is new.

    `step` counts the short steps of learning. `due_at` is when the question is to be asked again.
    """

    state: CardState
    step: int | None
    stability: float | None
    difficulty: float | None
    due_at: datetime
    last_reviewed_at: datetime | None


@entity
class Outcome:
    """A prediction, the chance of remembering at a review a day or more after the one before, and what came of it."""

    predicted: float
    recalled: bool


@entity
class CardMemory:
    """All that follows from the log of one card: the memory, counts, and the outcomes of predictions.

    `lapses` counts the ratings AGAIN of what was known before. `introduced_on` is the local date on which the learner
    reviewed the card first, None where an answer in an attempt came before.
    """

    memory: Memory
    reviews: int
    lapses: int
    introduced_on: date | None
    outcomes: list[Outcome]


class Scheduler(Protocol):
    """Computes memories with the parameters of one learner; it draws nothing at random."""

    def after(self, memory: Memory, rating: Rating, at: datetime) -> Memory:
        """Return the memory after a rating."""

    def recall(self, memory: Memory, at: datetime) -> float:
        """Return the chance of remembering at a time, 0 to 1."""


class Schedulers(Protocol):
    """Makes schedulers, and fits parameters to what learners remembered."""

    def of(self, parameters: Sequence[float] | None, *, retention: float) -> Scheduler:
        """Return the scheduler with these parameters, or with the usual ones."""

    def fit(self, histories: Sequence[Sequence[tuple[int, int]]]) -> list[float]:
        """Return the parameters that fit the ratings of cards best, each with the days since the one before."""


def unseen(created_at: datetime) -> Memory:
    """Return the memory of a question that was never asked on its card."""
    return Memory(
        state=CardState.NEW,
        step=None,
        stability=None,
        difficulty=None,
        due_at=created_at,
        last_reviewed_at=None,
    )


def of_log(entries: Iterable[LogEntry], *, created_at: datetime, scheduler: Scheduler) -> CardMemory:
    """Compute what follows from the entries of one card; their order does not matter."""
    memory, lapses, introduced_on = unseen(created_at), 0, None
    outcomes: list[Outcome] = []
    counted = review_log.effective(entries)
    for place, entry in enumerate(counted):
        rating, at, last = entry.rating, entry.reviewed_at, memory.last_reviewed_at
        assert rating is not None  # noqa: S101 - only an undo has none
        if last is not None and at - last >= _DAY:
            outcomes.append(Outcome(predicted=scheduler.recall(memory, at), recalled=rating > Rating.AGAIN))
        lapses += rating is Rating.AGAIN and memory.state is CardState.REVIEW
        if place == 0 and entry.kind is EntryKind.REVIEW:
            introduced_on = entry.local_date
        memory = scheduler.after(memory, rating, at)
    return CardMemory(
        memory=memory,
        reviews=len(counted),
        lapses=lapses,
        introduced_on=introduced_on,
        outcomes=outcomes[-MOST_OUTCOMES:],
    )
