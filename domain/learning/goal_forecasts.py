"""Forecasts of goals: the pace of the last 14 local dates, and when it reaches the end, with an interval."""

from collections.abc import Sequence
from datetime import date, timedelta
from math import ceil, sqrt
from statistics import mean, stdev

from domain.entities import entity
from domain.learning.goals import Gain, GoalState, Measure

PACE_DAYS = 14
"""Over how many local dates, today included, the pace is taken."""
LEAST_ACTIVE_DAYS = 3
"""On how many of them something must have been gained; with fewer there is no forecast."""
_Z = 1.2816
"""The 90 % quantile of the normal distribution: what lies between both bounds is an interval of 80 %."""
_FURTHEST = 3_660
_GOES_ON = {GoalState.ACTIVE, GoalState.OVERDUE, GoalState.PAUSED}


@entity
class GoalForecast:
    """When a goal will be reached at the present pace; `latest_on` is None where the pace may as well be 0."""

    pace_per_day: float
    expected_on: date
    earliest_on: date
    latest_on: date | None


def forecast(measure: Measure, gains: Sequence[Gain]) -> GoalForecast | None:
    """Return the forecast of a goal; None where it is reached or not under way, or gained on too few dates.

    The bounds are those of the mean of the daily gains: mean - z*s/sqrt(14) and mean + z*s/sqrt(14), where s is their
    standard deviation.
    """
    active = [gain for gain in gains if gain.amount > 0]
    if measure.state not in _GOES_ON or measure.remaining <= 0 or len(active) < LEAST_ACTIVE_DAYS:
        return None
    daily = [gain.amount for gain in active] + [0] * (PACE_DAYS - len(active))
    pace, margin = mean(daily), _Z * stdev(daily) / sqrt(PACE_DAYS)
    expected = _days(measure.remaining, pace)
    if expected > _FURTHEST:
        return None
    today = active[0].today
    slowest = pace - margin
    latest = _days(measure.remaining, slowest) if slowest > 0 else _FURTHEST + 1
    return GoalForecast(
        pace_per_day=round(pace, 1),
        expected_on=today + timedelta(days=expected),
        earliest_on=today + timedelta(days=_days(measure.remaining, pace + margin)),
        latest_on=None if latest > _FURTHEST else today + timedelta(days=latest),
    )


def _days(remaining: int, pace: float) -> int:
    return ceil(remaining / pace)
