"""Streaks: the activities of learners, and the freezes and milestones that follow from them."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from enum import Enum
from operator import attrgetter
from typing import Protocol

from domain.entities import entity
from domain.gamification import streak_rules, xp_rules
from domain.gamification.streak_rules import Day, StreakRuns
from domain.gamification.xp import Award, XpReason
from domain.ids import UserId


class ActivityKind(Enum):
    """What counts for a streak."""

    QUIZ_ATTEMPT = "QUIZ_ATTEMPT"
    NODE_COMPLETED = "NODE_COMPLETED"
    DAILY_TARGET = "DAILY_TARGET"
    STUDY = "STUDY"
    REVIEWS = "REVIEWS"


@entity
class Activity:
    """Something that counts, with the local date in the user's zone at that time."""

    user_id: UserId
    kind: ActivityKind
    source_type: str
    source_id: str
    summary: str
    occurred_at: datetime
    local_date: date
    time_zone: str


@entity
class UserZone:
    """A user's time zone, and the hour at which their days begin."""

    time_zone: str
    day_start_hour: int


@entity
class History:
    """Everything that a streak depends on: the days with activities, and the dates on which a freeze was used."""

    days: list[Day]
    frozen: frozenset[date]


@entity
class StreakChange:
    """The effect of an activity: the dates on which a freeze is used now, and the milestones reached."""

    freezes: Collection[date]
    milestones: list[Award]


_by_date = attrgetter("local_date")


class Streaks(Protocol):
    """The activities of every learner by local date."""

    async def zone_of(self, user_id: UserId, *, at: datetime | None = None) -> UserZone:
        """Return the user's zone now, or at a given time; raises NotFoundError."""

    async def history(self, user_id: UserId) -> History:
        """Return the learner's days, by date, and the dates of stored freezes."""

    async def lock(self, user_id: UserId) -> None:
        """Lock the user's history against other transactions until this one ends."""

    async def add(self, activity: Activity) -> History | None:
        """Store an activity once per (user, kind, source) and return the history before it.

        Return None if the activity is known or `is_routine`, because then nothing depends on the history. Attempt
        sheets of the user that were read before are out of date afterwards.
        """

    async def freeze(self, user_id: UserId, dates: Collection[date]) -> None:
        """Store a freeze for each date; a date that has one keeps it."""


async def record(streaks: Streaks, activity: Activity, *, is_locked: bool = False) -> list[Award]:
    """Store an activity, use the freezes for the dates that it shows as missed, and return the milestones reached.

    A known activity changes nothing and reaches nothing. `is_locked` says that this transaction has locked the
    learner's row already, as closing an attempt and locking an enrolment do.
    """
    if not is_locked:
        await streaks.lock(activity.user_id)
    before = await streaks.add(activity)
    if before is None:
        return []
    change = change_by(activity, before)
    if change.freezes:
        await streaks.freeze(activity.user_id, change.freezes)
    return change.milestones


def change_by(activity: Activity, before: History) -> StreakChange:
    """Return the effect of an activity that is not stored yet."""
    if is_routine(before.days, activity):
        return StreakChange(freezes=frozenset(), milestones=[])
    earlier = streak_rules.replay(before.days, before.frozen)
    later = _with_activity(earlier, before, activity)
    milestones = [
        _milestone(activity, days, amount)
        for days, amount in xp_rules.CURRENT.streak_milestones.items()
        if earlier.longest < days <= later.longest
    ]
    return StreakChange(freezes=later.frozen - before.frozen, milestones=milestones)


def is_routine(days: list[Day], activity: Activity) -> bool:
    """Tell whether the activity changes no run: its date is the latest one, and has an earlier activity.

    A run depends on the first activity of each date and, except for its last date, on the last one.
    """
    last = max(days, key=_by_date, default=None)
    return (
        last is not None and last.local_date == activity.local_date and last.first_at <= activity.occurred_at
    )


def _with_activity(earlier: StreakRuns, before: History, activity: Activity) -> StreakRuns:
    """Compute the runs with one more activity, from the end of the history if that is a new last date, as usual."""
    if earlier.last is None or activity.local_date > earlier.last.local_date:
        return streak_rules.replay(with_activity([], activity), before.frozen, after=earlier)
    return streak_rules.replay(with_activity(before.days, activity), before.frozen)


def with_activity(days: list[Day], activity: Activity) -> list[Day]:
    """Return the days with one more activity, which can be the first of its date, the last, or any."""
    added = Day(
        local_date=activity.local_date,
        first_at=activity.occurred_at,
        last_at=activity.occurred_at,
        first_zone=activity.time_zone,
        last_zone=activity.time_zone,
        activities=1,
    )
    known = next((day for day in days if day.local_date == added.local_date), None)
    if known is None:
        return [*days, added]
    merged = replace(known, activities=known.activities + 1)
    if added.first_at < known.first_at:
        merged = replace(merged, first_at=added.first_at, first_zone=added.first_zone)
    if added.last_at >= known.last_at:
        merged = replace(merged, last_at=added.last_at, last_zone=added.last_zone)
    return [merged if day is known else day for day in days]


def _milestone(activity: Activity, days: int, amount: int) -> Award:
    return Award(
        user_id=activity.user_id,
        reason=XpReason.STREAK_MILESTONE,
        source_type="streak",
        source_id=str(days),
        amount=amount,
        occurred_at=activity.occurred_at,
        local_date=activity.local_date,
        explanation=f"A streak of {days} days in a row, for the first time: {amount} XP.",
    )
