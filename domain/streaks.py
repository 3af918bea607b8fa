"""Streaks: how many local days in a row a learner did something that counts."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from enum import Enum
from operator import attrgetter
from typing import Protocol

from domain import runs, xp_rules
from domain.entities import entity
from domain.ids import UserId
from domain.runs import Day, Runs
from domain.xp import Award, XpReason


class ActivityKind(Enum):
    """What keeps a streak alive."""

    QUIZ_ATTEMPT = "QUIZ_ATTEMPT"
    NODE_COMPLETED = "NODE_COMPLETED"
    STUDY = "STUDY"
    REVIEWS = "REVIEWS"
    DAILY_TARGET = "DAILY_TARGET"


@entity
class Activity:
    """Something that counts, with the local date in the zone that was valid when it happened."""

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
    """Where a user's days are counted, and the hour at which they begin."""

    time_zone: str
    day_start_hour: int


@entity
class History:
    """All that a streak follows from: the days on which something was done, and those a freeze was used for."""

    days: list[Day]
    frozen: frozenset[date]


@entity
class Change:
    """What an activity changes: the dates that a freeze is used for now, and the milestones reached."""

    freezes: Collection[date]
    milestones: list[Award]


_by_date = attrgetter("local_date")


class Streaks(Protocol):
    """What every learner did on which local date."""

    async def zone_of(self, user_id: UserId, *, at: datetime | None = None) -> UserZone:
        """Return where the user's days are counted now, or were at a moment; raises NotFoundError."""

    async def history(self, user_id: UserId) -> History:
        """Return the learner's days, by date, and the dates of stored freezes."""

    async def hold(self, user_id: UserId) -> None:
        """Hold back every other extension of the user's history until the transaction ends."""

    async def add(self, activity: Activity) -> History | None:
        """Store an activity once per (user, kind, source) and return the history before it.

        Returns None where that cannot matter: the activity is known, or `is_routine`. A sheet of the user's that was
        read before is out of date from now on.
        """

    async def freeze(self, user_id: UserId, dates: Collection[date]) -> None:
        """Store a freeze under each date; a date that has one keeps it."""


async def record(streaks: Streaks, activity: Activity, *, held: bool = False) -> list[Award]:
    """Store an activity, use the freezes that it shows were needed, and return the milestones that it reached.

    An activity that is known changes nothing and returns nothing. `held` says that this transaction holds the
    learner's row already, as closing an attempt and holding an enrolment do.
    """
    if not held:
        await streaks.hold(activity.user_id)
    before = await streaks.add(activity)
    if before is None:
        return []
    change = change_by(activity, before)
    if change.freezes:
        await streaks.freeze(activity.user_id, change.freezes)
    return change.milestones


def change_by(activity: Activity, before: History) -> Change:
    """Return what an activity that is not known yet changes."""
    if is_routine(before.days, activity):
        return Change(freezes=frozenset(), milestones=[])
    earlier = runs.replay(before.days, before.frozen)
    later = _with_activity(earlier, before, activity)
    milestones = [
        _milestone(activity, days, amount)
        for days, amount in xp_rules.CURRENT.streak_milestones.items()
        if earlier.longest < days <= later.longest
    ]
    return Change(freezes=later.frozen - before.frozen, milestones=milestones)


def is_routine(days: list[Day], activity: Activity) -> bool:
    """Tell whether the activity cannot change a run: its date is the last one, and began with another activity.

    A run depends on the first moment of each date and, but for its last date, on the last one.
    """
    last = max(days, key=_by_date, default=None)
    return (
        last is not None and last.local_date == activity.local_date and last.first_at <= activity.occurred_at
    )


def _with_activity(earlier: Runs, before: History, activity: Activity) -> Runs:
    """Replay the history with one more activity: from its end on where that is a new last date, as it mostly is."""
    if earlier.last is None or activity.local_date > earlier.last.local_date:
        return runs.replay(with_activity([], activity), before.frozen, after=earlier)
    return runs.replay(with_activity(before.days, activity), before.frozen)


def with_activity(days: list[Day], activity: Activity) -> list[Day]:
    """Return the days with one more activity, which may be the first of its date, the last or any."""
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
