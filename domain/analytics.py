"""Analytics: what a learner's graded attempts add up to, by local day and by exam domain."""

from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from domain.entities import entity
from domain.ids import AttemptId, ExamDomainId, ExamTypeId, QuizId, UserId
from domain.streaks import UserZone

MOST_DOMAINS = 500
"""How many exam domains one answer may tell of."""


@entity
class DomainCount:
    """How often questions of one exam domain were answered in an attempt, and how often correctly."""

    domain_id: ExamDomainId
    attempts: int
    correct: int


@entity
class AttemptFacts:
    """What one graded attempt adds; `score` is 0 to 100 with one decimal, `seconds` the time it took."""

    user_id: UserId
    attempt_id: AttemptId
    quiz_id: QuizId
    exam_type_id: ExamTypeId
    local_date: date
    finished_at: datetime
    score: Decimal
    passed: bool
    questions: int
    correct: int
    seconds: int
    domains: list[DomainCount]

    @property
    def score_tenths(self) -> int:
        """The score in tenths of a percent."""
        return int(self.score * 10)


@entity
class DayTotals:
    """What one local day adds up to; scores are kept in tenths of a percent, so that sums are exact."""

    local_date: date
    quizzes: int
    score_tenths: int
    best_tenths: int
    questions: int
    correct: int
    seconds: int


@entity
class LearnerDays:
    """A learner's days with quizzes, by date, and the zone in which their days are counted now."""

    zone: UserZone
    days: list[DayTotals]


@entity
class DomainTotals:
    """All answers to questions of one exam domain, with the names that a sentence about it needs."""

    domain_id: ExamDomainId
    exam_type_name: str
    domain_code: str
    attempts: int
    correct: int


class Analytics(Protocol):
    """Daily roll-ups of graded attempts."""

    async def add(self, facts: AttemptFacts) -> None:
        """Add an attempt to its day and its answers to their domains."""

    async def days(
        self, user_id: UserId, *, exam_type_id: ExamTypeId | None, since: date | None
    ) -> LearnerDays:
        """Return the days with quizzes, by date, from `since` on; raises NotFoundError where there is no such user."""

    async def domains(self, user_id: UserId, *, exam_type_id: ExamTypeId | None) -> list[DomainTotals]:
        """Return the domains with answers, at most 500."""

    async def rebuild(self) -> int:
        """Reckon every roll-up anew from the graded attempts; return how many attempts there are."""


async def record(analytics: Analytics, facts: AttemptFacts) -> None:
    """Add a graded attempt to the roll-ups; the caller records each attempt once."""
    await analytics.add(facts)


async def rebuild(analytics: Analytics) -> int:
    """Reckon every roll-up anew from the graded attempts, while attempts that finish wait; return their number."""
    return await analytics.rebuild()
