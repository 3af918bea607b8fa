"""Explorations: what a learner did in topics, chats and threads, and what language models wrote for them, by day."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from domain.analytics.performance import MOST_DAYS, Period, first_needed
from domain.entities import entity
from domain.errors import NotFoundError
from domain.gamification.streaks import UserZone
from domain.ids import UserId
from domain.local_days import local_date

MOST_CURRENT = 5
"""How many current topics are listed, those with the latest act first: created, changed or explored."""
LONGEST_PAUSE = timedelta(minutes=5)
"""How much of the time between two acts in a chat counts at most.

The acts are its start and the questions of its learner. How long an answer takes is not the learner's time, and an
answer that is written anew would have several ends.
"""
_DAY = timedelta(days=1)
_FURTHEST = timedelta(days=2)
"""How far a local date can be behind that of UTC, and a moment before its local date."""


@entity
class ExplorationDay:
    """What a learner did on one local day; the date is that of the time zone they had then."""

    local_date: date
    topics_explored: int = 0
    topic_chains: int = 0
    chats: int = 0
    messages: int = 0
    threads: int = 0
    contents: int = 0
    generations: int = 0
    tokens_used: int = 0
    time_spent: timedelta = timedelta(0)


@entity
class CurrentTopic:
    """A topic chain that is not explored to its end, with how far the learner is in it."""

    chain_id: str
    title: str
    explored: int
    topics: int


@entity
class ExplorationFigures:
    """What the store reads: the days with acts from a moment on, and what is so now."""

    zone: UserZone
    days: list[ExplorationDay]
    last_active_at: datetime | None
    current_topics: list[CurrentTopic]


@entity
class Exploration:
    """What a learner did in a period; `totals` are the days with acts in it, by date."""

    period: Period
    today: date
    totals: Sequence[ExplorationDay]
    last_active_at: datetime | None
    current_topics: list[CurrentTopic]

    @property
    def days(self) -> list[ExplorationDay]:
        """Every local day of the period, those without acts with zeros; of a longer period the latest 366."""
        first = self.totals[0].local_date if self.totals else self.today + _DAY
        if self.period.days is not None:
            first = self.today - (self.period.days - 1) * _DAY
        first = max(first, self.today - (MOST_DAYS - 1) * _DAY)
        known = {day.local_date: day for day in self.totals}
        dates = map(date.fromordinal, range(first.toordinal(), self.today.toordinal() + 1))
        return [known.get(day) or ExplorationDay(local_date=day) for day in dates]

    @property
    def topics_explored(self) -> int:
        """How many topics were explored."""
        return sum(day.topics_explored for day in self.totals)

    @property
    def topic_chains(self) -> int:
        """How many topic chains were created."""
        return sum(day.topic_chains for day in self.totals)

    @property
    def chats(self) -> int:
        """How many chats were started."""
        return sum(day.chats for day in self.totals)

    @property
    def messages(self) -> int:
        """How many questions were asked in chats."""
        return sum(day.messages for day in self.totals)

    @property
    def threads(self) -> int:
        """How many threads were created."""
        return sum(day.threads for day in self.totals)

    @property
    def contents(self) -> int:
        """How many contents were added to threads."""
        return sum(day.contents for day in self.totals)

    @property
    def generations(self) -> int:
        """How often a language model wrote something else than an answer in a chat."""
        return sum(day.generations for day in self.totals)

    @property
    def tokens_used(self) -> int:
        """How many tokens the calls of language models took and gave."""
        return sum(day.tokens_used for day in self.totals)

    @property
    def time_spent(self) -> timedelta:
        """The time between the acts in chats, of pauses five minutes."""
        return sum((day.time_spent for day in self.totals), timedelta(0))


class Explorations(Protocol):
    """What learners did in topics, chats and threads, read from these."""

    async def figures(self, user_id: UserId, *, since: datetime | None) -> ExplorationFigures | None:
        """Return the days with acts from a moment on, by date; None for an unknown user."""


async def of_user(
    explorations: Explorations, *, user_id: UserId, period: Period, now: datetime
) -> Exploration:
    """Return what the user did in the period that ends with their current local day; raises NotFoundError."""
    first = first_needed(period, now.astimezone(UTC).date() - _FURTHEST, summary=False)
    since = None if first is None else datetime.combine(first - _FURTHEST, time(), UTC)
    found = await explorations.figures(user_id, since=since)
    if found is None:
        raise NotFoundError("There is no such user.")
    today = local_date(now, time_zone=found.zone.time_zone, day_start_hour=found.zone.day_start_hour)
    start = None if period.days is None else today - (period.days - 1) * _DAY
    return Exploration(
        period=period,
        today=today,
        totals=[
            day
            for day in found.days
            if day.local_date <= today and (start is None or day.local_date >= start)
        ],
        last_active_at=found.last_active_at,
        current_topics=found.current_topics,
    )
