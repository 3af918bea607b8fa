"""Time allowances: how much more time a learner has for quizzes, as moderators set it."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Protocol

from domain.entities import entity
from domain.ids import UserId
from domain.paging import Page, Window

LEAST, MOST = 1, 3
"""Between which the time limit of a quiz is multiplied."""


@entity
class TimeAllowance:
    """How much more time a learner has: every time limit is multiplied by `multiplier`."""

    user_id: UserId
    multiplier: float
    set_by_id: UserId
    set_at: datetime


class TimeAllowances(Protocol):
    """The allowances of learners who have more time than others."""

    async def by_users(self, ids: Sequence[UserId]) -> list[TimeAllowance | None]:
        """Return one slot per learner, in their order; None for one who has no more time."""

    async def store(self, allowance: TimeAllowance) -> None:
        """Store the allowance of a learner; one of no more time removes what is stored."""

    async def page(self, window: Window, *, user_id: UserId | None) -> Page[TimeAllowance]:
        """Return the allowances, of one learner or of all; the newest accounts first."""


async def multiplier_of(allowances: TimeAllowances, user_id: UserId) -> Fraction:
    """Return the exact number by which the learner's time limits are multiplied, 1 without an allowance."""
    (allowance,) = await allowances.by_users([user_id])
    return Fraction(1) if allowance is None else Fraction(str(allowance.multiplier))
