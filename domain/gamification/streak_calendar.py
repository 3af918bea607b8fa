"""Calendar of a streak: why each local date did or did not count."""

from datetime import date, timedelta

from domain.entities import entity
from domain.errors import InvalidInputError
from domain.gamification.current_streak import Streak
from domain.gamification.streak_rules import DayState, Mark

MOST_DAYS = 366


@entity
class CalendarDay:
    """One local date: its state, its activities, and the length of the streak at its end."""

    local_date: date
    state: DayState
    activities: int
    streak_length: int
    explanation: str


def calendar(streak: Streak, *, first: date, last: date) -> list[CalendarDay]:
    """Explain each date from `first` to `last`, both included; raises InvalidInputError for more than 366 days."""
    count = (last - first).days + 1
    if count < 1:
        raise InvalidInputError("to must not be before from.", field="to")
    if count > MOST_DAYS:
        raise InvalidInputError(f"from and to may span at most {MOST_DAYS} days.", field="to")
    return [_explained(streak, first + timedelta(days=n)) for n in range(count)]


def _explained(streak: Streak, day: date) -> CalendarDay:
    mark = streak.marks.get(day) or Mark(state=_unmarked(day, streak.today), length=0)
    activities = streak.activities.get(day, 0)
    return CalendarDay(
        local_date=day,
        state=mark.state,
        activities=activities,
        streak_length=streak.current if mark.state is DayState.OPEN else mark.length,
        explanation=_sentence(mark, activities),
    )


def _unmarked(day: date, today: date) -> DayState:
    if day == today:
        return DayState.OPEN
    return DayState.FUTURE if day > today else DayState.MISSED


def _sentence(mark: Mark, activities: int) -> str:
    done = f"{activities} {'activity' if activities == 1 else 'activities'}"
    return {
        DayState.DONE: f"{done}: day {mark.length} of the streak.",
        DayState.FROZEN: f"Nothing was done; a freeze kept the streak at {_days(mark.length)}.",
        DayState.SKIPPED: f"Lost at the date line, when the zone changed; the streak stayed at {_days(mark.length)}.",
        DayState.MISSED: "Nothing was done.",
        DayState.OPEN: "Nothing was done yet; the day is not over.",
        DayState.FUTURE: "This day is still to come.",
    }[mark.state]


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"
