"""Answer facts: what a learner answered elsewhere, and how a card takes it."""

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Protocol

from domain.content.credit import ALL
from domain.entities import entity
from domain.ids import QuestionId, UserId, XpEntryId
from domain.spaced_review.review_log import Rating

MEASURED = 200
"""How many answers of a question its usual time is taken from, the latest."""
LEAST_MEASURED = 20
"""How many answers a question needs before one of them counts as slow."""


@entity
class AnswerFact:
    """An answer with what it earned; `milliseconds` is how long it took, None where that is not known.

    `source_id` is the id of what it was given in, like that of an attempt.
    """

    user_id: UserId
    question_id: QuestionId
    credit: Fraction
    milliseconds: int | None
    answered_at: datetime
    local_date: date
    source_id: str


@entity
class FactBatch:
    """Facts in the order in which attempts were graded, and the last entry of the ledger that they were found by."""

    facts: list[AnswerFact]
    until: XpEntryId | None
    is_last: bool


class AnswerFeed(Protocol):
    """The answers of graded attempts, found by the entry of the XP ledger that each grading writes."""

    async def taken_until(self) -> XpEntryId | None:
        """Lock the entry up to which answers were taken, and return it."""

    async def read(self, *, after: XpEntryId | None, limit: int) -> FactBatch:
        """Return the answers of the next graded attempts, those of `limit` entries."""

    async def advance(self, until: XpEntryId) -> None:
        """Store up to which entry answers were taken; an earlier one changes nothing."""

    async def measure(self, ids: Sequence[QuestionId], *, now: datetime) -> None:
        """Store how long the answers to these questions usually take, where that was not done for a day."""


def rating_of(credit: Fraction, milliseconds: int | None, *, p75_ms: int | None) -> Rating:
    """Return the rating of an answer: all but a full credit is AGAIN, and a slow right answer is HARD."""
    if credit != ALL:
        return Rating.AGAIN
    is_slow = milliseconds is not None and p75_ms is not None and milliseconds > p75_ms
    return Rating.HARD if is_slow else Rating.GOOD
