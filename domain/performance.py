"""Performance: quizzes and scores by local day, over a period and against the one before."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from fractions import Fraction

from domain.analytics import Analytics, DayTotals
from domain.days import local_date
from domain.entities import entity
from domain.ids import ExamTypeId, UserId

MOST_DAYS = 366
"""How many days are listed of a period without a beginning: the latest ones."""
_DAY = timedelta(days=1)
_FURTHEST = timedelta(days=2)
"""How far a local date can be behind that of UTC: half a day by the zone and six hours by the start of the day."""


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
    """How a learner did in a period; `totals` are its days with quizzes and those of the period before, by date."""

    period: Period
    today: date
    totals: Sequence[DayTotals]

    @property
    def days(self) -> list[PerformanceDay]:
        """Every local day of the period, those without quizzes with zeros; of a longer one the latest 366."""
        first = max(self._start, self.today - (MOST_DAYS - 1) * _DAY)
        known = {day.local_date: day for day in self.totals}
        dates = map(date.fromordinal, range(first.toordinal(), self.today.toordinal() + 1))
        return [_day(known[day]) if day in known else _empty(day) for day in dates]

    @property
    def summary(self) -> PerformanceSummary:
        """The period as a whole, against the one before."""
        return _summary(self._between(self._start, self.today + _DAY), self._before)

    @property
    def _start(self) -> date:
        if self.period.days is not None:
            return self.today - (self.period.days - 1) * _DAY
        return self.totals[0].local_date if self.totals else self.today + _DAY

    @property
    def _before(self) -> list[DayTotals]:
        if self.period.days is None:
            return []
        return self._between(self._start - self.period.days * _DAY, self._start)

    def _between(self, first: date, end: date) -> list[DayTotals]:
        return [day for day in self.totals if first <= day.local_date < end]


def first_needed(period: Period, today: date, *, summary: bool = True) -> date | None:
    """Return the first date that a performance needs, None for all; its summary needs the period before as well."""
    if period.days is None:
        return None
    return today - ((2 if summary else 1) * period.days - 1) * _DAY


def _day(totals: DayTotals) -> PerformanceDay:
    return PerformanceDay(
        local_date=totals.local_date,
        quizzes_taken=totals.quizzes,
        average_score=rounded(totals.score_tenths, totals.quizzes) / 10,
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
        average_score=None if average is None else one_decimal(average),
        improvement=None if average is None or earlier is None else one_decimal(average - earlier),
        best_day=None if best is None else best.local_date,
        best_score=max(day.best_tenths for day in inside) / 10 if inside else None,
    )


def _average(days: Sequence[DayTotals]) -> Fraction | None:
    """Return the exact mean score of all quizzes of the days, in percent."""
    quizzes = sum(day.quizzes for day in days)
    return Fraction(sum(day.score_tenths for day in days), 10 * quizzes) if quizzes else None


def one_decimal(exact: Fraction) -> float:
    """Round half up (away from zero) to one decimal."""
    tenths = rounded(10 * abs(exact.numerator), exact.denominator) / 10
    return -tenths if exact < 0 else tenths


def rounded(whole: int, parts: int) -> int:
    """Return a quotient of numbers from zero up as the nearest integer, half up."""
    return (2 * whole + parts) // (2 * parts)


async def of_user(
    analytics: Analytics,
    *,
    user_id: UserId,
    period: Period,
    exam_type_id: ExamTypeId | None,
    now: datetime,
    summary: bool = True,
) -> Performance:
    """Return how the user did in the period that ends with their current local day, its `summary` only where told."""
    earliest = now.astimezone(UTC).date() - _FURTHEST  # the zone, and with it today, comes with the days
    since = first_needed(period, earliest, summary=summary)
    found = await analytics.days(user_id, exam_type_id=exam_type_id, since=since)
    today = local_date(now, time_zone=found.zone.time_zone, day_start_hour=found.zone.day_start_hour)
    return Performance(period=period, today=today, totals=found.days)
