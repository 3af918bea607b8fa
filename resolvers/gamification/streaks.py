"""Resolvers of streaks."""

from datetime import date

from domain.gamification import current_streak, streak_calendar
from domain.gamification.current_streak import Streak
from domain.gamification.streak_calendar import CalendarDay
from resolvers.context import Context


async def viewer_streak(context: Context) -> Streak:
    """Return the caller's streak."""
    async with context.open_reads() as reads:
        return await current_streak.of_user(reads.streaks, user_id=context.user_id, now=context.now())


async def calendar(streak: Streak, context: Context, *, from_: date, to: date) -> list[CalendarDay]:  # noqa: ARG001 - a resolver's signature
    """Explain each date of a range for a streak."""
    return streak_calendar.calendar(streak, first=from_, last=to)
