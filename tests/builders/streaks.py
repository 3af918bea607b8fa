"""Builders of activities, histories and streaks."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.gamification.current_streak import Streak, streak_at
from domain.gamification.streak_rules import Day
from domain.gamification.streaks import Activity, ActivityKind, History, UserZone, with_activity
from domain.ids import UserId
from domain.local_days import local_date

_numbers = itertools.count(1)
ADA = UserId("user_01K742SG00EC1V4CSM6MV3EE1S")


def at(text: str, zone: str = "UTC", fold: int = 0) -> datetime:
    """Return the time at which a wall clock in `zone` shows `text`, like 2026-03-02T09:00."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def an_activity(
    moment: datetime, zone: str = "UTC", *, day_start_hour: int = 0, **values: object
) -> Activity:
    number = next(_numbers)
    defaults = {
        "user_id": ADA,
        "kind": ActivityKind.QUIZ_ATTEMPT,
        "source_type": "attempt",
        "source_id": f"attempt_{number}",
        "summary": f"Quiz {number}",
        "occurred_at": moment,
        "local_date": local_date(moment, time_zone=zone, day_start_hour=day_start_hour),
        "time_zone": zone,
    }
    return Activity(**(defaults | values))  # type: ignore[arg-type]


def history(*activities: Activity, frozen: frozenset[date] = frozenset()) -> History:
    days: list[Day] = []
    for activity in activities:
        days = with_activity(days, activity)
    return History(days=days, frozen=frozen)


def daily(first: date, count: int, zone: str = "UTC", *, hour: int = 12) -> list[Activity]:
    """Return one activity on each of `count` dates, at `hour` by the wall clock."""
    days = [first + timedelta(days=n) for n in range(count)]
    return [an_activity(at(f"{day}T{hour:02}:00", zone), zone) for day in days]


def streak_of(
    *activities: Activity,
    now: datetime,
    zone: str = "UTC",
    day_start_hour: int = 0,
    frozen: frozenset[date] = frozenset(),
) -> Streak:
    user_zone = UserZone(time_zone=zone, day_start_hour=day_start_hour)
    return streak_at(history(*activities, frozen=frozen), user_zone, now)
