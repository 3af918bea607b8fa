"""Standings: what a learner's streak is worth now, read lazily from the history."""

from datetime import date, datetime, timedelta
from enum import Enum

from domain import runs
from domain.days import day_end, local_date
from domain.entities import entity
from domain.ids import UserId
from domain.runs import DATE_LINE_WITHIN, Mark
from domain.streaks import History, Streaks, UserZone


class StreakState(Enum):
    """Whether the streak is safe for today, needs something done today, or is over."""

    ACTIVE = "ACTIVE"
    AT_RISK = "AT_RISK"
    BROKEN = "BROKEN"


@entity
class Streak:
    """A learner's streak at one moment; `marks` and `activities` explain every date of it."""

    current: int
    longest: int
    state: StreakState
    expires_at: datetime | None
    freezes_held: int
    today: date
    marks: dict[date, Mark]
    activities: dict[date, int]


async def of_user(streaks: Streaks, *, user_id: UserId, now: datetime) -> Streak:
    """Return the user's streak at `now`; raises NotFoundError."""
    zone = await streaks.zone_of(user_id)
    return standing(await streaks.history(user_id), zone, now)


def standing(history: History, zone: UserZone, now: datetime) -> Streak:
    """Tell what a history is worth at `now` in the zone that is valid then.

    ACTIVE: today is done. AT_RISK: every date up to yesterday is done, frozen or lost at the date line. BROKEN:
    one is not. The streak expires with the current local day; a broken one has nothing to expire.
    """
    today = local_date(now, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour)
    past = runs.replay(history.days, history.frozen)
    gap = runs.gap_before(past, today, at=now, zone=zone.time_zone, frozen=history.frozen)
    if past.last is not None and past.last.local_date >= today:
        state = StreakState.ACTIVE
    else:
        state = StreakState.AT_RISK if gap.whole else StreakState.BROKEN
    alive = state is not StreakState.BROKEN
    return Streak(
        current=past.length if alive else 0,
        longest=past.longest,
        state=state,
        expires_at=_expires_at(past, today, zone, now) if alive else None,
        freezes_held=gap.held,
        today=today,
        marks=past.marks | gap.marks,
        activities={day.local_date: day.activities for day in history.days},
    )


def _expires_at(past: runs.Runs, today: date, zone: UserZone, now: datetime) -> datetime:
    """Return when the local day is over, or sooner when the grace at the date line is and no freeze is held."""
    end = day_end(now, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour)
    if past.last is None or past.held:
        return end
    if not runs.lost_at_date_line(past.last, today, at=now, zone=zone.time_zone):
        return end
    return min(end, past.last.last_at + DATE_LINE_WITHIN + timedelta(microseconds=1))
