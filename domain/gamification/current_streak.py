"""Current streak of a learner, computed from the history when it is read."""

from datetime import date, datetime, timedelta
from enum import Enum

from domain.entities import entity
from domain.gamification import streak_rules
from domain.gamification.streak_rules import DATE_LINE_WITHIN, Mark
from domain.gamification.streaks import History, Streaks, UserZone
from domain.ids import UserId
from domain.local_days import day_end, local_date


class StreakState(Enum):
    """Whether the streak is safe for today, needs an activity today, or is over."""

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
    return streak_at(await streaks.history(user_id), zone, now)


def streak_at(history: History, zone: UserZone, now: datetime) -> Streak:
    """Compute the streak of a history at `now`, in the user's zone at that time.

    ACTIVE: today has an activity. AT_RISK: every date up to yesterday has one, is frozen, or was lost at the date line.
    BROKEN: one of them has not. The streak expires at the end of the local day; a broken one does not expire.
    """
    today = local_date(now, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour)
    past = streak_rules.replay(history.days, history.frozen)
    gap = streak_rules.gap_before(past, today, at=now, zone=zone.time_zone, frozen=history.frozen)
    if past.last is not None and past.last.local_date >= today:
        state = StreakState.ACTIVE
    else:
        state = StreakState.AT_RISK if gap.is_covered else StreakState.BROKEN
    alive = state is not StreakState.BROKEN
    return Streak(
        current=past.length if alive else 0,
        longest=past.longest,
        state=state,
        expires_at=_expires_at(past, today, zone, now) if alive else None,
        freezes_held=gap.freezes,
        today=today,
        marks=past.marks | gap.marks,
        activities={day.local_date: day.activities for day in history.days},
    )


def _expires_at(past: streak_rules.StreakRuns, today: date, zone: UserZone, now: datetime) -> datetime:
    """Return the end of the local day, or the earlier end of the date line's grace if there is no freeze."""
    end = day_end(now, time_zone=zone.time_zone, day_start_hour=zone.day_start_hour)
    if past.last is None or past.freezes:
        return end
    if not streak_rules.lost_at_date_line(past.last, today, at=now, zone=zone.time_zone):
        return end
    return min(end, past.last.last_at + DATE_LINE_WITHIN + timedelta(microseconds=1))
