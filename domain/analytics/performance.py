"""Performance of a learner: quizzes and scores by local day, over a period and against the one before."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from fractions import Fraction
from math import lcm

from domain.analytics.learner_analytics import DayTotals, LearnerAnalytics
from domain.analytics.rounding import one_decimal, rounded
from domain.entities import entity
from domain.ids import ExamTypeId, UserId
from domain.local_days import local_date

MOST_DAYS = 366
"""How many days of a period without a beginning are listed: the latest ones."""
_DAY = timedelta(days=1)
_FURTHEST = timedelta(days=2)
"""How far a local date can be behind that of UTC: half a day by the zone and six hours by the start of the day."""


class Period(Enum):
    """A number of local days that ends with today, or all days."""

    D7 = "D7"
    D30 = "D30"
    D90 = "D90"
    ALL = "ALL"

    @property
    def days(self) -> int | None:
        """How many days the period has; None without a beginning."""
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
    """The results of a period; `totals` are the days with quizzes in it and in the period before, by date."""

    period: Period
    today: date
    totals: Sequence[DayTotals]

    @property
    def days(self) -> list[PerformanceDay]:
        """Every local day of the period, days without quizzes with zeros; of a longer period the latest 366."""
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
    """Return the first date that is needed, None for all; the summary needs the period before as well."""
    if period.days is None:
        return None
    return today - ((2 if summary else 1) * period.days - 1) * _DAY


def _day(totals: DayTotals) -> PerformanceDay:
    return PerformanceDay(
        local_date=totals.local_date,
        quizzes_taken=totals.quizzes,
        average_score=rounded(
            totals.score_tenths * totals.rest_denominator + totals.rest_numerator,
            totals.rest_denominator * totals.quizzes,
        )
        / 10,
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
    if not quizzes:
        return None
    whole = lcm(*[day.rest_denominator for day in days])
    rest = sum([day.rest_numerator * (whole // day.rest_denominator) for day in days])
    tenths = sum([day.score_tenths for day in days])
    return Fraction(tenths * whole + rest, 10 * whole * quizzes)


async def of_user(
    analytics: LearnerAnalytics,
    *,
    user_id: UserId,
    period: Period,
    exam_type_id: ExamTypeId | None,
    now: datetime,
    summary: bool = True,
) -> Performance:
    """Return the user's performance in the period that ends with their current local day.

    Its summary is complete only where `summary` is set. Raises NotFoundError.
    """
    earliest = now.astimezone(UTC).date() - _FURTHEST  # the time zone is only read with the days
    since = first_needed(period, earliest, summary=summary)
    found = await analytics.days(user_id, exam_type_id=exam_type_id, since=since)
    today = local_date(now, time_zone=found.zone.time_zone, day_start_hour=found.zone.day_start_hour)
    return Performance(period=period, today=today, totals=found.days)
