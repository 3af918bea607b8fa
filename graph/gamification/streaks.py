"""Streaks: the current streak of a learner, and its calendar."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from domain.gamification.current_streak import StreakState
from domain.gamification.streak_calendar import MOST_DAYS
from domain.gamification.streak_rules import DAYS_PER_FREEZE, MOST_FREEZES, DayState
from graph.costs import weighed
from graph.directives import reads_learning
from graph.enums import declare_enum
from graph.fields import attribute, resolved_by
from resolvers.gamification import streaks

declare_enum(
    StreakState,
    "Whether a streak is safe.",
    ACTIVE="Today has an activity that counts.",
    AT_RISK="Every day up to yesterday is done or frozen; today still needs an activity that counts.",
    BROKEN="A day was missed, or there was never an activity.",
)
declare_enum(
    DayState,
    "What a local date means for a streak.",
    DONE="There was an activity that counts.",
    FROZEN="There was no activity; a freeze kept the streak at its length.",
    SKIPPED="The date was lost at the date line, when the learner's time zone changed.",
    MISSED="There was no activity.",
    OPEN="Today, without an activity so far.",
    FUTURE="A date in the future.",
)


@strawberry.type(description="One local date of a streak's calendar.", directives=[*reads_learning()])
class CalendarDay:
    """A date, and why it did or did not count."""

    local_date: date = attribute("The date in the learner's time zone.", name="date")
    state: DayState = attribute("What the date means for the streak.")
    activities: int = attribute("How many activities counted.")
    streak_length: int = attribute("The length of the streak in days at the end of the date.")
    explanation: str = attribute("The reason, as a sentence.")


@strawberry.type(
    description="Consecutive local days on which a learner had an activity that counts: a submitted attempt with an "
    "answer, five answers in study mode, a completed node, or a reached daily target.",
    directives=[*reads_learning()],
)
class Streak:
    """A streak at one moment."""

    current: int = attribute(
        "The length of the current streak in days; frozen days keep it and do not lengthen it."
    )
    longest: int = attribute("The length of the longest streak in days.")
    state: StreakState = attribute("Whether the streak is safe.")
    expires_at: datetime | None = attribute(
        "The end of the learner's current local day; null if the streak is broken."
    )
    freezes_held: int = attribute(
        f"How many missed days the streak can survive: one freeze is earned per {DAYS_PER_FREEZE} days, and a learner "
        f"has at most {MOST_FREEZES}."
    )
    calendar: list[CalendarDay] | None = weighed(
        resolved_by(
            streaks.calendar,
            description=f"Explains each date of a range of at most {MOST_DAYS} days.",
            at_most=MOST_DAYS,
            args={
                "from_": Annotated[date, strawberry.argument(name="from", description="The first date.")],
                "to": "The last date, which is included.",
            },
        ),
        5,
    )
