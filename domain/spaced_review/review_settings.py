"""Review settings: how well a learner wants to remember, how many new cards a day, and parameters fitted to them."""

from datetime import datetime
from typing import Protocol

from domain.entities import entity
from domain.errors import InvalidInputError
from domain.ids import UserId
from domain.spaced_review.memory import Scheduler, Schedulers

LEAST_RETENTION, MOST_RETENTION, USUAL_RETENTION = 0.70, 0.97, 0.90
MOST_NEW_A_DAY, USUAL_NEW_A_DAY = 200, 20


@entity
class ReviewSettings:
    """The settings of one learner; `parameters` are None, and `fitted_at` with them, until they were fitted."""

    user_id: UserId
    retention: float
    new_a_day: int
    parameters: list[float] | None
    fitted_at: datetime | None
    fitted_reviews: int


class ReviewSettingsStore(Protocol):
    """The settings of learners; a learner without a row has the usual ones."""

    async def of_user(self, user_id: UserId) -> ReviewSettings | None:
        """Return a learner's settings, None for the usual ones."""

    async def save(self, settings: ReviewSettings) -> None:
        """Store a learner's settings."""

    async def next_to_fit(
        self, *, least: int, growth: int, fitted_before: datetime, after: UserId | None
    ) -> UserId | None:
        """Return the next learner by id with `least` reviews, of whom one in `growth` is new since the last fit."""


def usual(user_id: UserId) -> ReviewSettings:
    """Return the settings of a learner who has changed none."""
    return ReviewSettings(
        user_id=user_id,
        retention=USUAL_RETENTION,
        new_a_day=USUAL_NEW_A_DAY,
        parameters=None,
        fitted_at=None,
        fitted_reviews=0,
    )


async def of_user(store: ReviewSettingsStore, user_id: UserId) -> ReviewSettings:
    """Return a learner's settings."""
    return await store.of_user(user_id) or usual(user_id)


def scheduler_of(settings: ReviewSettings, schedulers: Schedulers) -> Scheduler:
    """Return the scheduler of a learner."""
    return schedulers.of(settings.parameters, retention=settings.retention)


def checked_retention(value: float) -> float:
    """Return the retention if it is one that a learner can want."""
    if not LEAST_RETENTION <= value <= MOST_RETENTION:
        raise InvalidInputError(
            f"retention must be {LEAST_RETENTION:.2f} to {MOST_RETENTION:.2f}.", field="retention"
        )
    return value


def checked_limit(value: int) -> int:
    """Return the number of new cards a day if it is within bounds."""
    if not 0 <= value <= MOST_NEW_A_DAY:
        raise InvalidInputError(f"newADay must be 0 to {MOST_NEW_A_DAY}.", field="newADay")
    return value
