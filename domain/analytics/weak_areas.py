"""Weak areas: accuracy by exam domain, its confidence interval, and what to review."""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from domain.analytics.learner_analytics import DomainTotals, LearnerAnalytics
from domain.analytics.rounding import one_decimal
from domain.entities import entity
from domain.ids import ExamDomainId, ExamTypeId, UserId

ENOUGH_ATTEMPTS = 10
WEAK_BELOW_PERCENT = 70
_Z_95 = Decimal("1.95996398454005423552459443052055")
_EXACT = Context(prec=40, rounding=ROUND_HALF_UP)
"""No interval of fewer than 10**15 answers ends so near to a half tenth that 40 digits round it otherwise."""
_TENTH = Decimal("0.1")
_NUMBER = re.compile(r"(\d+)")


@entity
class DomainPerformance:
    """A learner's accuracy in one exam domain, in percent."""

    domain_id: ExamDomainId
    attempts: int
    correct: int
    accuracy: float


@entity
class Interval:
    """A confidence interval in percent."""

    low: float
    high: float


@entity
class WeakArea:
    """An exam domain to work on, with the confidence interval and a recommendation."""

    domain_id: ExamDomainId
    attempts: int
    correct: int
    accuracy: float
    confidence: Interval
    recommendation: str


def domain_performance(totals: Iterable[DomainTotals]) -> list[DomainPerformance]:
    """Return the domains with answers, by exam type and code."""
    return [
        DomainPerformance(
            domain_id=domain.domain_id,
            attempts=domain.attempts,
            correct=domain.correct,
            accuracy=one_decimal(_percent(domain)),
        )
        for domain in sorted(totals, key=_order_key)
        if domain.attempts
    ]


def weak_areas(totals: Iterable[DomainTotals]) -> list[WeakArea]:
    """Return the weak domains, the worst first: by accuracy, then by more attempts, then by code."""
    weak = [domain for domain in totals if is_weak(domain.attempts, domain.correct)]
    return [_area(d) for d in sorted(weak, key=lambda d: (_percent(d), -d.attempts, _order_key(d)[::-1]))]


async def performance_of_user(
    analytics: LearnerAnalytics, *, user_id: UserId, exam_type_id: ExamTypeId | None
) -> list[DomainPerformance]:
    """Return the user's accuracy in each exam domain, of one exam type or all."""
    return domain_performance(await analytics.domains(user_id, exam_type_id=exam_type_id))


async def of_user(
    analytics: LearnerAnalytics, *, user_id: UserId, exam_type_id: ExamTypeId | None
) -> list[WeakArea]:
    """Return the user's weak areas, of one exam type or all, the worst first."""
    return weak_areas(await analytics.domains(user_id, exam_type_id=exam_type_id))


def is_weak(attempts: int, correct: int) -> bool:
    """Tell whether at least 10 answers are right in less than 70 %: exactly 70 % is not weak."""
    return attempts >= ENOUGH_ATTEMPTS and 100 * correct < WEAK_BELOW_PERCENT * attempts


def wilson(attempts: int, correct: int) -> Interval:
    """Return the 95 % score interval of a proportion, in percent.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of the American
    Statistical Association 22 (1927), 209-212. It stays within 0 to 100 and is valid for few answers too.
    """
    sum_, quotient, product = _EXACT.add, _EXACT.divide, _EXACT.multiply
    z2 = product(_Z_95, _Z_95)
    spread = quotient(Decimal(4 * correct * (attempts - correct)), Decimal(attempts))
    reach = product(_Z_95, _EXACT.sqrt(sum_(z2, spread)))
    middle, whole = sum_(z2, Decimal(2 * correct)), product(Decimal(2), sum_(z2, Decimal(attempts)))
    ends = (_EXACT.subtract(middle, reach), sum_(middle, reach))
    low, high = [_EXACT.quantize(quotient(product(Decimal(100), end), whole), _TENTH) for end in ends]
    return Interval(low=max(0.0, float(low)), high=min(100.0, float(high)))


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


def _order_key(domain: DomainTotals) -> tuple[str, list[tuple[int, str]]]:
    """Order by exam type, then by code with its numbers as numbers: 2.3 comes before 2.10."""
    parts = [
        (int(part), "") if part.isdecimal() else (-1, part) for part in _NUMBER.split(domain.domain_code)
    ]
    return domain.exam_type_name, parts
