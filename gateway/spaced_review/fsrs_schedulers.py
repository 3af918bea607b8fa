"""FSRS schedulers: the packages `fsrs`, which computes memories, and `fsrs_rs_python`, which fits parameters.

No interval is fuzzed: the state of a card has to follow from its log alone.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

import fsrs
from fsrs.scheduler import LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS
from fsrs_rs_python import FSRS, FSRSItem, FSRSReview

from domain.spaced_review import memory
from domain.spaced_review.memory import CardState, Memory
from domain.spaced_review.review_log import Rating

_KEPT = 1_000
"""How many schedulers are kept, each for the parameters and the retention of a learner."""
_STATES = {
    fsrs.State.Learning: CardState.LEARNING,
    fsrs.State.Review: CardState.REVIEW,
    fsrs.State.Relearning: CardState.RELEARNING,
}
_OWN = {ours: theirs for theirs, ours in _STATES.items()} | {CardState.NEW: fsrs.State.Learning}


class FsrsScheduler:
    """A scheduler of the package `fsrs`."""

    def __init__(self, parameters: tuple[float, ...] | None, *, retention: float) -> None:
        self._fsrs = (
            fsrs.Scheduler(desired_retention=retention, enable_fuzzing=False)
            if parameters is None
            else fsrs.Scheduler(parameters=parameters, desired_retention=retention, enable_fuzzing=False)
        )

    def after(self, memory: Memory, rating: Rating, at: datetime) -> Memory:
        """Return the memory after a rating."""
        card, _ = self._fsrs.review_card(_card(memory), fsrs.Rating(int(rating)), at.astimezone(UTC))
        return Memory(
            state=_STATES[card.state],
            step=card.step,
            stability=card.stability,
            difficulty=card.difficulty,
            due_at=card.due,
            last_reviewed_at=card.last_review,
        )

    def recall(self, memory: Memory, at: datetime) -> float:
        """Return the chance of remembering at a time, 0 to 1."""
        return float(self._fsrs.get_card_retrievability(_card(memory), at.astimezone(UTC)))


@lru_cache(maxsize=_KEPT)
def _scheduler(parameters: tuple[float, ...] | None, retention: float) -> FsrsScheduler:
    return FsrsScheduler(parameters, retention=retention)


class FsrsSchedulers:
    """Schedulers of the package `fsrs`, with parameters that `fsrs_rs_python` fits."""

    def of(self, parameters: Sequence[float] | None, *, retention: float) -> memory.Scheduler:
        """Return the scheduler with these parameters, or with those of the package."""
        return _scheduler(None if parameters is None else tuple(parameters), retention)

    def fit(self, histories: Sequence[Sequence[tuple[int, int]]]) -> list[float]:
        """Return the parameters that fit best, within the bounds of the scheduler; it works for a while.

        Each review a day or more after the one before is an example, with those before it.
        """
        examples = [
            FSRSItem([FSRSReview(rating, days) for rating, days in history[: place + 1]])
            for history in histories
            for place, (_, days) in enumerate(history)
            if place and days
        ]
        fitted = FSRS([]).compute_parameters(examples)
        bounds = zip(fitted, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS, strict=True)
        return [min(max(value, low), high) for value, low, high in bounds]


def _card(memory: Memory) -> fsrs.Card:
    last = memory.last_reviewed_at
    return fsrs.Card(
        card_id=0,  # without an id it would sleep to make one
        state=_OWN[memory.state],
        step=memory.step,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=memory.due_at,
        last_review=None if last is None else last.astimezone(UTC),
    )
