"""Performance: quizzes and scores by local day, over a period and against the one before."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from fractions import Fraction

from domain.analytics import Analytics, DayTotals
from domain.days import local_date
from domain.entities import entity
from domain.ids import ExamTypeId, UserId
from domain.streaks import Streaks

MOST_DAYS = 366
"""How many days are listed of a period without a beginning: the latest ones."""
_DAY = timedelta(days=1)


class Period(Enum):
    """A number of local days that ends with today, or all of them."""

    D7 = "D7"
    D30 = "D30"
    D90 = "D90"
    ALL = "ALL"

    @property
    def days(self) -> int | None:
        """How many days the period has; None for one without a beginning."""
        return None if self is Period.ALL else int(self.value[1:])


@entity
class PerformanceDay:
    """One local day; a day without quizzes has no average."""

    local_date: date
    quizzes_taken: int
    average_score: float | None
    total_questions: int
    correct_answers: int


@entity
class PerformanceSummary:
    """The period as a whole; scores are 0 to 100 with one decimal."""

    total_quizzes: int
    average_score: float | None
    improvement: float | None
    best_day: date | None
    best_score: float | None


@entity
class Performance:
    """How a learner did in a period."""

    period: Period
    days: list[PerformanceDay]
    summary: PerformanceSummary


def first_needed(period: Period, today: date) -> date | None:
    """Return the first date that `performance` needs: that of the period before, or None for all."""
    return None if period.days is None else today - (2 * period.days - 1) * _DAY


def performance(totals: Sequence[DayTotals], *, period: Period, today: date) -> Performance:
    """Sum up the days with quizzes, which come by date; every other day of the period is listed with zeros."""
    start = _start(totals, period, today)
    inside = [day for day in totals if start <= day.local_date <= today]
    listed = max(start, today - (MOST_DAYS - 1) * _DAY)
    return Performance(
        period=period,
        days=_listed(inside, listed, today),
        summary=_summary(inside, _before(totals, period, start)),
    )


def _start(totals: Sequence[DayTotals], period: Period, today: date) -> date:
    if period.days is not None:
        return today - (period.days - 1) * _DAY
    return min([day.local_date for day in totals], default=today + _DAY)


def _before(totals: Sequence[DayTotals], period: Period, start: date) -> list[DayTotals]:
    if period.days is None:
        return []
    return [day for day in totals if start - period.days * _DAY <= day.local_date < start]


def _listed(inside: Sequence[DayTotals], first: date, today: date) -> list[PerformanceDay]:
    known = {day.local_date: day for day in inside}
    dates = [first + n * _DAY for n in range((today - first).days + 1)]
    return [_day(known[day]) if day in known else _empty(day) for day in dates]


def _day(totals: DayTotals) -> PerformanceDay:
    return PerformanceDay(
        local_date=totals.local_date,
        quizzes_taken=totals.quizzes,
        average_score=_shown(_average([totals])),
        total_questions=totals.questions,
        correct_answers=totals.correct,
    )


def _empty(day: date) -> PerformanceDay:
    return PerformanceDay(
        local_date=day, quizzes_taken=0, average_score=None, total_questions=0, correct_answers=0
    )


def _summary(inside: Sequence[DayTotals], before: Sequence[DayTotals]) -> PerformanceSummary:
    average, earlier = _average(inside), _average(before)
    best = max(inside, key=lambda day: (_average([day]) or 0, -day.local_date.toordinal()), default=None)
    return PerformanceSummary(
        total_quizzes=sum(day.quizzes for day in inside),
        average_score=_shown(average),
        improvement=None if average is None or earlier is None else one_decimal(average - earlier),
        best_day=None if best is None else best.local_date,
        best_score=_shown(Fraction(max(day.best_tenths for day in inside), 10)) if inside else None,
    )


def _average(days: Sequence[DayTotals]) -> Fraction | None:
    """Return the exact mean score of all quizzes of the days, in percent."""
    quizzes = sum(day.quizzes for day in days)
    return Fraction(sum(day.score_tenths for day in days), 10 * quizzes) if quizzes else None


def _shown(exact: Fraction | None) -> float | None:
    return None if exact is None else one_decimal(exact)


def one_decimal(exact: Fraction) -> float:
    """Round half up (away from zero) to one decimal."""
    value = Decimal(exact.numerator) / Decimal(exact.denominator)
    return float(value.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


async def of_user(
    analytics: Analytics,
    streaks: Streaks,
    *,
    user_id: UserId,
    period: Period,
    exam_type_id: ExamTypeId | None,
    now: datetime,
) -> Performance:
    """Return how the user did in the period that ends with their current local day."""
    zone = await streaks.zone_of(user_id)
    today = local_date(now, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour)
    since = first_needed(period, today)
    totals = await analytics.days(user_id, exam_type_id=exam_type_id, since=since)
    return performance(totals, period=period, today=today)
