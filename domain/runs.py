"""Runs of consecutive local dates, replayed from the set of all dates on which something was done.

Pure: whatever the order in which activities arrive, the same set of dates gives the same runs.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from enum import Enum
from operator import attrgetter

from domain.entities import entity

FREEZES_HELD_AT_MOST = 2
DAYS_PER_FREEZE = 7
DATE_LINE_WITHIN = timedelta(hours=36)
"""How long after the last activity a date may be missing when the zone changed: it was lost at the date line."""
_DAY = timedelta(days=1)
_by_date = attrgetter("local_date")


class DayState(Enum):
    """What a local date means for the streak."""

    DONE = "DONE"
    FROZEN = "FROZEN"
    SKIPPED = "SKIPPED"
    MISSED = "MISSED"
    OPEN = "OPEN"
    FUTURE = "FUTURE"


@entity
class Day:
    """A local date on which something was done: its first and last activity, each with the zone valid then."""

    local_date: date
    first_at: datetime
    last_at: datetime
    first_zone: str
    last_zone: str
    activities: int


@entity
class Mark:
    """What a date was for its run, and how many days the run had at the end of it."""

    state: DayState
    length: int


@entity
class Gap:
    """The dates between two days: those that are covered, and whether that is all of them."""

    marks: dict[date, Mark]
    held: int
    whole: bool


@entity
class Runs:
    """All runs: the longest; the last one's length, its last day and the freezes held then; each date's mark."""

    longest: int
    length: int
    held: int
    last: Day | None
    marks: dict[date, Mark]

    @property
    def frozen(self) -> set[date]:
        """The dates that a freeze was used for."""
        return {day for day, mark in self.marks.items() if mark.state is DayState.FROZEN}


NONE = Runs(longest=0, length=0, held=0, last=None, marks={})
"""The runs of whoever has not done anything yet."""


def replay(days: Iterable[Day], frozen: Collection[date], *, after: Runs = NONE) -> Runs:
    """Replay the days by date, `after` earlier ones where these are replayed already; `frozen` are the stored freezes.

    A stored freeze is never taken away; one under a date that turned out done counts as not used.
    """
    longest, length, held, last = after.longest, after.length, after.held, after.last
    marks = dict(after.marks)
    for day in sorted(days, key=_by_date):
        if last is None or day.local_date - last.local_date != _DAY:
            if last is not None and (held or frozen or day.first_zone != last.last_zone):
                runs = Runs(longest=longest, length=length, held=held, last=last, marks=marks)
                gap = gap_before(runs, day.local_date, at=day.first_at, zone=day.first_zone, frozen=frozen)
                marks.update(gap.marks)
                length, held = (length if gap.whole else 0), gap.held
            else:  # nothing is there to cover a missing date with
                length = 0
        length += 1
        if length % DAYS_PER_FREEZE == 0:
            held = min(FREEZES_HELD_AT_MOST, held + 1)
        longest = max(longest, length)
        marks[day.local_date] = Mark(state=DayState.DONE, length=length)
        last = day
    return Runs(longest=longest, length=length, held=held, last=last, marks=marks)


def gap_before(runs: Runs, until: date, *, at: datetime, zone: str, frozen: Collection[date]) -> Gap:
    """Cover the dates between the last run and `until`, on which something is done at `at` in `zone`.

    A date lost at the date line costs nothing, every other one a freeze. A gap that is not whole ends the run.
    """
    if runs.last is None:
        return Gap(marks={}, held=0, whole=False)
    missing = runs.last.local_date + _DAY
    if lost_at_date_line(runs.last, until, at=at, zone=zone):
        return Gap(
            marks={missing: Mark(state=DayState.SKIPPED, length=runs.length)}, held=runs.held, whole=True
        )
    marks, held = {}, runs.held
    while missing < until and (held or missing in frozen):
        marks[missing] = Mark(state=DayState.FROZEN, length=runs.length)
        held = max(0, held - 1)
        missing += _DAY
    return Gap(marks=marks, held=held, whole=missing >= until)


def lost_at_date_line(last: Day, until: date, *, at: datetime, zone: str) -> bool:
    """Tell whether the one date between `last` and `until` was lost because the zone changed in between."""
    changed = zone != last.last_zone
    return changed and until - last.local_date == 2 * _DAY and at - last.last_at <= DATE_LINE_WITHIN
