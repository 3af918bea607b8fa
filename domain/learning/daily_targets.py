"""Daily targets: how much a learner wants to do each day, and how much of it is done."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import pairwise
from operator import attrgetter
from typing import Protocol

from domain.entities import entity
from domain.gamification.streak_rules import DATE_LINE_WITHIN
from domain.ids import UserId
from domain.paging import Page, Window

LATE_DATES = 3
"""For how many local dates before today a target is still looked at: what was done offline arrives that late."""
LONGEST_ANSWER = timedelta(minutes=5)
"""How much of the time of an attempt counts for each of its answers at most."""
_DAY = timedelta(days=1)
_by_date = attrgetter("local_date")


class DailyKind(Enum):
    """What a daily target counts."""

    DAILY_QUESTIONS = "DAILY_QUESTIONS"
    DAILY_XP = "DAILY_XP"
    DAILY_MINUTES = "DAILY_MINUTES"
    DAILY_REVIEWS = "DAILY_REVIEWS"


BOUNDS: dict[DailyKind, tuple[int, int]] = {
    DailyKind.DAILY_QUESTIONS: (5, 500),
    DailyKind.DAILY_XP: (20, 1_000),
    DailyKind.DAILY_MINUTES: (5, 600),
    DailyKind.DAILY_REVIEWS: (5, 500),
}
"""The smallest and the largest target of each kind."""
UNITS: dict[DailyKind, str] = {
    DailyKind.DAILY_QUESTIONS: "questions",
    DailyKind.DAILY_XP: "XP",
    DailyKind.DAILY_MINUTES: "minutes",
    DailyKind.DAILY_REVIEWS: "reviews",
}
"""What each kind counts, as a word."""


@entity
class TargetChange:
    """A target from a local date on; a removed one keeps its figure, against which a new one of that date is judged."""

    kind: DailyKind
    from_date: date
    target: int
    removed: bool


@entity
class DayCount:
    """What counts for a kind on one local date, and when the last of it happened."""

    kind: DailyKind
    local_date: date
    done: int
    last_at: datetime


@entity
class TargetDay:
    """A local date on which a target was reached; `time_zone` is the learner's at that moment."""

    kind: DailyKind
    local_date: date
    target: int
    reached_at: datetime
    time_zone: str


@entity
class TargetStreak:
    """How many local dates in a row a target was reached: now, and at most."""

    current: int
    longest: int


@entity
class DailyTarget:
    """A target as it stands on a local date; `next_target` is the one from the next date on, if it differs."""

    kind: DailyKind
    target: int
    next_target: int | None
    done: int
    local_date: date
    ends_at: datetime
    reached_at: datetime | None

    @property
    def key(self) -> str:
        """The kind as text, by which its history is found."""
        return self.kind.value

    @property
    def as_of(self) -> tuple[DailyKind, date]:
        """Kind and date, which its streak follows from."""
        return self.kind, self.local_date

    @property
    def reached(self) -> bool:
        """Whether the target was reached on this date; raising it afterwards does not take that back."""
        return self.reached_at is not None or self.done >= self.target

    @property
    def percentage(self) -> int:
        """How much of the target is done, in whole percent, 100 at most."""
        return percentage(self.done, self.target)


@entity
class Standing:
    """What decides about targets on some local dates.

    `changes` also has those that come later; `counts` has the kinds that have something, `days` what is reached.
    """

    changes: list[TargetChange]
    counts: list[DayCount]
    days: list[TargetDay]


class DailyTargets(Protocol):
    """Targets of learners with their changes, what counts for them, and the dates on which they were reached."""

    async def standing(self, user_id: UserId, *, first: date, last: date) -> Standing:
        """Return what decides about the learner's targets on the local dates from `first` to `last`."""

    async def save(self, user_id: UserId, change: TargetChange) -> None:
        """Store a change in place of one from the same date, and remove those from later dates."""

    async def days(self, user_id: UserId) -> list[TargetDay]:
        """Return all dates that are reached, by date."""

    async def reach(self, user_id: UserId, day: TargetDay) -> bool:
        """Store that a target was reached on a date; return False where that is known."""

    async def history(self, user_id: UserId, kinds: Sequence[str], window: Window) -> list[Page[TargetDay]]:
        """Return the dates on which targets of each kind were reached, newest first."""


def percentage(done: int, target: int) -> int:
    """Return `done` of `target` in whole percent, rounded down, between 0 and 100."""
    return max(0, min(100, 100 * done // target))


def in_force(changes: Iterable[TargetChange], kind: DailyKind, day: date) -> TargetChange | None:
    """Return the change that decides about a date, which may say that the target is removed; None without one."""
    earlier = (change for change in changes if change.kind is kind and change.from_date <= day)
    return max(earlier, key=attrgetter("from_date"), default=None)


def changed(changes: Iterable[TargetChange], *, kind: DailyKind, target: int, today: date) -> TargetChange:
    """Return the change that sets a target: raising it applies today, lowering it tomorrow.

    A target that was removed today counts as the one to compare with, so that setting it anew lowers nothing today.
    """
    now = in_force(changes, kind, today)
    bound = now is not None and (not now.removed or now.from_date == today)
    lowers = bound and now is not None and target < now.target
    return TargetChange(kind=kind, from_date=today + _DAY if lowers else today, target=target, removed=False)


def streak_of(days: Iterable[TargetDay], *, today: date) -> TargetStreak:
    """Return the runs of consecutive dates: one that ended before yesterday is over.

    Dates that differ by two are consecutive where the zone changed in between and at most 36 hours passed.
    """
    ordered = sorted(days, key=_by_date)
    if not ordered:
        return TargetStreak(current=0, longest=0)
    length = longest = 1
    for before, after in pairwise(ordered):
        length = length + 1 if _follows(before, after) else 1
        longest = max(longest, length)
    is_alive = today - ordered[-1].local_date <= _DAY
    return TargetStreak(current=length if is_alive else 0, longest=longest)


def _follows(before: TargetDay, after: TargetDay) -> bool:
    apart = after.local_date - before.local_date
    if apart == 2 * _DAY and before.time_zone != after.time_zone:
        return after.reached_at - before.reached_at <= DATE_LINE_WITHIN
    return apart == _DAY
