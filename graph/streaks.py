"""Streaks: what the schema tells of days in a row."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from domain.runs import DayState
from domain.standings import StreakState
from graph.costs import weighed
from graph.described import declare_enum
from graph.directives import reads_learning
from graph.fields import attribute, resolved_by
from resolvers import streaks

declare_enum(
    StreakState,
    "Whether a streak is safe.",
    ACTIVE="Something that counts was done today.",
    AT_RISK="Every day up to yesterday is done or frozen; today still needs something that counts.",
    BROKEN="A day was missed, or nothing was ever done.",
)
declare_enum(
    DayState,
    "What a local date means for a streak.",
    DONE="Something that counts was done.",
    FROZEN="Nothing was done; a freeze kept the streak as long as it was.",
    SKIPPED="The date was lost at the date line, when the learner's time zone changed.",
    MISSED="Nothing was done.",
    OPEN="Today, and nothing was done yet.",
    FUTURE="Still to come.",
)


@strawberry.type(
    description="One local date of a streak's calendar.",
    directives=[*reads_learning()],
)
class CalendarDay:
    """A date and why it did or did not count."""

    local_date: date = attribute("The date in the learner's own zone.", name="date")
    state: DayState = attribute("What the date means for the streak.")
    activities: int = attribute("How many things that count were done.")
    streak_length: int = attribute("How many days the streak had at the end of the date.")
    explanation: str = attribute("A sentence that says why.")


@strawberry.type(
    description="How many local days in a row a learner did something that counts.",
    directives=[*reads_learning()],
)
class Streak:
    """A streak at one moment."""

    current: int = attribute("The days of the current streak; frozen days keep it and do not lengthen it.")
    longest: int = attribute("The most days that any streak has had.")
    state: StreakState = attribute("Whether the streak is safe.")
    expires_at: datetime | None = attribute(
        "The first instant after the learner's current local day; null where the streak is broken."
    )
    freezes_held: int = attribute(
        "How many missed days the streak can bear: one is earned per 7 days, at most 2 are held."
    )
    calendar: list[CalendarDay] | None = weighed(
        resolved_by(
            streaks.calendar,
            description="Explains each date of a range, at most 366 days.",
            at_most=366,
            args={
                "from_": Annotated[date, strawberry.argument(name="from", description="The first date.")],
                "to": "The last date, included.",
            },
        ),
        5,
    )
