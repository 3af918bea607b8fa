"""Answer facts: what a learner answered elsewhere, and how a card takes it."""

from datetime import date, datetime, timedelta
from enum import Enum
from fractions import Fraction
from typing import Protocol

from domain.content.credit import ALL
from domain.entities import entity
from domain.ids import QuestionId, UserId
from domain.spaced_review.review_log import Rating


class AnswerSource(Enum):
    """Where answers are taken from: graded attempts, found by the ledger of XP, or study mode."""

    ATTEMPTS = "attempts"
    STUDY = "study"


@entity
class AnswerFact:
    """An answer with what it earned; `took` is how long it took, None where that is not known.

    `source_id` is the id of the attempt that it was given in, or of the answer in study mode.
    """

    user_id: UserId
    question_id: QuestionId
    credit: Fraction
    took: timedelta | None
    answered_at: datetime
    local_date: date
    source_id: str


@entity
class FactBatch:
    """Facts in the order in which their source has them, and the last id there that they were found by."""

    facts: list[AnswerFact]
    until: str | None
    is_last: bool


class AnswerFeed(Protocol):
    """The answers of each source, in the order of ids: entries of the XP ledger for attempts, else answers."""

    async def taken_until(self, source: AnswerSource) -> str | None:
        """Lock the id up to which answers were taken, and return it."""

    async def read(self, source: AnswerSource, *, after: str | None, limit: int) -> FactBatch:
        """Return the answers that follow, those of `limit` ids."""

    async def advance(self, source: AnswerSource, until: str) -> None:
        """Store up to which id answers were taken; an earlier one changes nothing."""


def rating_of(credit: Fraction, took: timedelta | None, *, slow: timedelta | None) -> Rating:
    """Return the rating of an answer: all but a full credit is AGAIN; right, but longer than `slow`, is HARD."""
    if credit != ALL:
        return Rating.AGAIN
    is_slow = took is not None and slow is not None and took > slow
    return Rating.HARD if is_slow else Rating.GOOD
