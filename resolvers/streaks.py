"""Answers about streaks."""

from datetime import date

from domain import calendars, standings
from domain.calendars import CalendarDay
from domain.standings import Streak
from resolvers.context import Context


async def viewer_streak(context: Context) -> Streak:
    """Return the caller's streak."""
    async with context.open_reads() as reads:
        return await standings.of_user(reads.streaks, user_id=context.user_id, now=context.now())


async def calendar(streak: Streak, context: Context, *, from_: date, to: date) -> list[CalendarDay]:  # noqa: ARG001 - a resolver's signature
    """Explain the dates of a streak."""
    return calendars.calendar(streak, first=from_, last=to)
