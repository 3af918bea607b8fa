"""Rules of streaks: runs of consecutive local dates, freezes, and the date line.

The runs follow from the set of all dates with an activity, so the order in which activities arrive does not matter.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from enum import Enum
from operator import attrgetter

from domain.entities import entity

MOST_FREEZES = 2
DAYS_PER_FREEZE = 7
DATE_LINE_WITHIN = timedelta(hours=36)
"""After a change of zone, a date that is missing within this time of the last activity was lost at the date line."""
_DAY = timedelta(days=1)
_by_date = attrgetter("local_date")


class DayState(Enum):
    """What a local date means for a streak."""

    DONE = "DONE"
    FROZEN = "FROZEN"
    SKIPPED = "SKIPPED"
    MISSED = "MISSED"
    OPEN = "OPEN"
    FUTURE = "FUTURE"


@entity
class Day:
    """A local date with activities: the times of the first and the last one, each with the zone at that time."""

    local_date: date
    first_at: datetime
    last_at: datetime
    first_zone: str
    last_zone: str
    activities: int


@entity
class Mark:
    """The state of a date in its run, and the length of the run at the end of it, in days."""

    state: DayState
    length: int


@entity
class Gap:
    """The dates between two days: the covered ones, whether all are covered, and the freezes that are left."""

    marks: dict[date, Mark]
    freezes: int
    is_covered: bool


@entity
class StreakRuns:
    """All runs: the longest one; the length, freezes and last day of the last one; and the mark of each date."""

    longest: int
    length: int
    freezes: int
    last: Day | None
    marks: dict[date, Mark]

    @property
    def frozen(self) -> set[date]:
        """The dates on which a freeze was used."""
        return {day for day, mark in self.marks.items() if mark.state is DayState.FROZEN}


NONE = StreakRuns(longest=0, length=0, freezes=0, last=None, marks={})
"""The runs of a learner without activities."""


def replay(days: Iterable[Day], frozen: Collection[date], *, after: StreakRuns = NONE) -> StreakRuns:
    """Compute the runs of the days, by date, continuing `after` the runs of earlier days; `frozen` are stored freezes.

    A stored freeze stays. One on a date that has an activity after all counts as unused.
    """
    longest, length, freezes, last = after.longest, after.length, after.freezes, after.last
    marks = dict(after.marks)
    for day in sorted(days, key=_by_date):
        if last is None or day.local_date - last.local_date != _DAY:
            if last is not None and (freezes or frozen or day.first_zone != last.last_zone):
                runs = StreakRuns(longest=longest, length=length, freezes=freezes, last=last, marks=marks)
                gap = gap_before(runs, day.local_date, at=day.first_at, zone=day.first_zone, frozen=frozen)
                marks.update(gap.marks)
                length, freezes = (length if gap.is_covered else 0), gap.freezes
            else:  # nothing can cover the missing dates
                length = 0
        length += 1
        if length % DAYS_PER_FREEZE == 0:
            freezes = min(MOST_FREEZES, freezes + 1)
        longest = max(longest, length)
        marks[day.local_date] = Mark(state=DayState.DONE, length=length)
        last = day
    return StreakRuns(longest=longest, length=length, freezes=freezes, last=last, marks=marks)


def gap_before(runs: StreakRuns, until: date, *, at: datetime, zone: str, frozen: Collection[date]) -> Gap:
    """Cover the dates between the last run and `until`, the date of an activity at `at` in `zone`.

    A date lost at the date line costs nothing; every other date costs a freeze. A gap that is not covered ends the run.
    """
    if runs.last is None:
        return Gap(marks={}, freezes=0, is_covered=False)
    missing = runs.last.local_date + _DAY
    if lost_at_date_line(runs.last, until, at=at, zone=zone):
        skipped = Mark(state=DayState.SKIPPED, length=runs.length)
        return Gap(marks={missing: skipped}, freezes=runs.freezes, is_covered=True)
    marks, freezes = {}, runs.freezes
    while missing < until and (freezes or missing in frozen):
        marks[missing] = Mark(state=DayState.FROZEN, length=runs.length)
        freezes = max(0, freezes - 1)
        missing += _DAY
    return Gap(marks=marks, freezes=freezes, is_covered=missing >= until)


def lost_at_date_line(last: Day, until: date, *, at: datetime, zone: str) -> bool:
    """Tell whether the only date between `last` and `until` was lost by a change of zone in between."""
    changed = zone != last.last_zone
    return changed and until - last.local_date == 2 * _DAY and at - last.last_at <= DATE_LINE_WITHIN
