"""Learner analytics: totals of graded attempts by local day and by exam domain."""

from datetime import date, datetime
from fractions import Fraction
from typing import Protocol

from domain.analytics import rounding
from domain.entities import entity
from domain.gamification.streaks import UserZone
from domain.ids import AttemptId, ExamDomainId, ExamTypeId, QuizId, UserId

MOST_DOMAINS = 500
"""How many exam domains one result may list."""


@entity
class DomainCount:
    """How many questions of one exam domain were answered in an attempt, and how many correctly."""

    domain_id: ExamDomainId
    attempts: int
    correct: int


@entity
class AttemptFacts:
    """What one graded attempt adds to the totals; `score` is exact, 0 to 1, `seconds` its duration."""

    user_id: UserId
    attempt_id: AttemptId
    quiz_id: QuizId
    exam_type_id: ExamTypeId
    local_date: date
    finished_at: datetime
    score: Fraction
    passed: bool
    questions: int
    correct: int
    seconds: int
    domains: list[DomainCount]

    @property
    def score_tenths(self) -> int:
        """The score in tenths of a percent, rounded."""
        return rounding.percent_tenths(self.score)

    @property
    def rest(self) -> Fraction:
        """What rounding took from the score in tenths of a percent; below zero where it added."""
        return 1000 * self.score - self.score_tenths


@entity
class DayTotals:
    """The totals of one local day.

    `score_tenths + rest_numerator / rest_denominator` is the exact sum of its scores, in tenths of a percent.
    `best_tenths` is the highest score, rounded.
    """

    local_date: date
    quizzes: int
    score_tenths: int
    best_tenths: int
    questions: int
    correct: int
    seconds: int
    rest_numerator: int
    rest_denominator: int


@entity
class LearnerDays:
    """A learner's days with quizzes, by date, and their current time zone."""

    zone: UserZone
    days: list[DayTotals]


@entity
class DomainTotals:
    """The totals of one exam domain, with the names that a recommendation needs."""

    domain_id: ExamDomainId
    exam_type_name: str
    domain_code: str
    attempts: int
    correct: int


class LearnerAnalytics(Protocol):
    """Daily roll-ups of graded attempts."""

    async def add(self, facts: AttemptFacts) -> None:
        """Add an attempt to its day and its answers to their domains."""

    async def days(
        self, user_id: UserId, *, exam_type_id: ExamTypeId | None, since: date | None
    ) -> LearnerDays:
        """Return the days with quizzes, by date, from `since` on; raises NotFoundError for an unknown user."""

    async def domains(self, user_id: UserId, *, exam_type_id: ExamTypeId | None) -> list[DomainTotals]:
        """Return the domains with answers, at most 500."""

    async def rebuild(self) -> int:
        """Compute every roll-up again from the graded attempts; return the number of attempts."""


async def record(analytics: LearnerAnalytics, facts: AttemptFacts) -> None:
    """Add a graded attempt to the roll-ups; the caller records each attempt once."""
    await analytics.add(facts)


async def rebuild(analytics: LearnerAnalytics) -> int:
    """Compute every roll-up again from the graded attempts, while finishing attempts wait; return their number."""
    return await analytics.rebuild()
