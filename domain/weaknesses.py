"""Weaknesses: accuracy by exam domain, how sure it is, and what to review."""

import re
from collections.abc import Iterable
from enum import Enum
from fractions import Fraction
from math import sqrt

from domain.analytics import DomainTotals
from domain.entities import entity
from domain.ids import ExamDomainId
from domain.performance import one_decimal

ENOUGH_ATTEMPTS = 10
WEAK_BELOW_PERCENT = 70
_Z_95 = 1.959963984540054
_NUMBER = re.compile(r"(\d+)")


class Trend(Enum):
    """Where accuracy is heading."""

    IMPROVING = "IMPROVING"
    DECLINING = "DECLINING"
    STABLE = "STABLE"


@entity
class DomainPerformance:
    """How a learner answers the questions of one exam domain; accuracy is in percent."""

    domain_id: ExamDomainId
    attempts: int
    correct: int
    accuracy: float
    trend: Trend | None


@entity
class Interval:
    """A confidence interval in percent."""

    low: float
    high: float


@entity
class WeakArea:
    """An exam domain to work on, with how sure that is and a sentence that says what to do."""

    domain_id: ExamDomainId
    attempts: int
    correct: int
    accuracy: float
    confidence: Interval
    recommendation: str


def domain_performance(totals: Iterable[DomainTotals]) -> list[DomainPerformance]:
    """Return the domains with answers, by exam type and code; the trend is not reckoned yet."""
    return [
        DomainPerformance(
            domain_id=domain.domain_id,
            attempts=domain.attempts,
            correct=domain.correct,
            accuracy=one_decimal(_percent(domain)),
            trend=None,
        )
        for domain in sorted(totals, key=_place)
        if domain.attempts
    ]


def weak_areas(totals: Iterable[DomainTotals]) -> list[WeakArea]:
    """Return the weak domains, the worst first: by accuracy, then the more attempts, then code."""
    weak = [domain for domain in totals if is_weak(domain.attempts, domain.correct)]
    return [_area(d) for d in sorted(weak, key=lambda d: (_percent(d), -d.attempts, _place(d)[::-1]))]


def is_weak(attempts: int, correct: int) -> bool:
    """Tell whether at least 10 answers are right in less than 70 %: exactly 70 % is not weak."""
    return attempts >= ENOUGH_ATTEMPTS and 100 * correct < WEAK_BELOW_PERCENT * attempts


def wilson(attempts: int, correct: int) -> Interval:
    """Return the 95 % score interval of a proportion, in percent.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of the American
    Statistical Association 22 (1927), 209-212. It stays within 0 to 100 and holds for few answers too.
    """
    share, z2 = correct / attempts, _Z_95**2
    centre = (share + z2 / (2 * attempts)) / (1 + z2 / attempts)
    reach = _Z_95 * sqrt(share * (1 - share) / attempts + z2 / (4 * attempts**2)) / (1 + z2 / attempts)
    return Interval(low=_bounded(centre - reach), high=_bounded(centre + reach))


def _area(domain: DomainTotals) -> WeakArea:
    exact = _percent(domain)
    shown = min(WEAK_BELOW_PERCENT - 1, int(exact + Fraction(1, 2)))  # 69.6 % is weak, "70 %" would not be
    return WeakArea(
        domain_id=domain.domain_id,
        attempts=domain.attempts,
        correct=domain.correct,
        accuracy=one_decimal(exact),
        confidence=wilson(domain.attempts, domain.correct),
        recommendation=f"Review {domain.exam_type_name} domain {domain.domain_code} ({shown} % accuracy).",
    )


def _percent(domain: DomainTotals) -> Fraction:
    return Fraction(100 * domain.correct, domain.attempts)


def _place(domain: DomainTotals) -> tuple[str, list[tuple[int, str]]]:
    """Order by exam type, then by code with its numbers as numbers: 2.3 stands before 2.10."""
    parts = [
        (int(part), "") if part.isdecimal() else (-1, part) for part in _NUMBER.split(domain.domain_code)
    ]
    return domain.exam_type_name, parts


def _bounded(share: float) -> float:
    return round(100 * min(1.0, max(0.0, share)), 1)
