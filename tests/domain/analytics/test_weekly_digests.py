"""Weekly digests: when they are due, and what they say."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.analytics.learner_analytics import DayTotals
from domain.analytics.weekly_digests import streak_facts, week_facts, zones_on_monday
from domain.gamification import current_streak
from domain.gamification.current_streak import StreakState
from domain.gamification.streaks import History, UserZone

MONDAY = date(2026, 3, 2)
ZONES = ["UTC", "Asia/Kolkata", "Pacific/Kiritimati", "America/New_York", "Asia/Kathmandu"]


def at(hour: int, minute: int = 0, *, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "zones"),
    [
        (at(18, day=1), ["Pacific/Kiritimati"]),
        (at(2, 14), ["Pacific/Kiritimati"]),
        (at(2, 15), ["Asia/Kathmandu", "Pacific/Kiritimati"]),
        (at(2, 30), ["Asia/Kathmandu", "Asia/Kolkata", "Pacific/Kiritimati"]),
        (at(8), ["Asia/Kathmandu", "Asia/Kolkata", "UTC"]),
        (at(13), ["America/New_York", "Asia/Kathmandu", "Asia/Kolkata", "UTC"]),
    ],
)
def test_a_digest_is_due_from_eight_to_eight_on_monday_of_the_reader(now: datetime, zones: list[str]) -> None:
    assert zones_on_monday(ZONES, now) == (MONDAY, zones)


@pytest.mark.parametrize("now", [at(17, day=1), at(1, day=3), at(9, day=4)])
def test_no_digest_is_due_on_other_days_and_hours(now: datetime) -> None:
    assert zones_on_monday(ZONES, now) is None


def test_all_zones_on_monday_have_one_date() -> None:
    """Every quarter of an hour of a week, between the first and the last zone of the earth."""
    zones = [*ZONES, "Etc/GMT+12", "Pacific/Apia"]
    found = [zones_on_monday(zones, at(0) + timedelta(minutes=15 * step)) for step in range(7 * 96)]

    assert {each[0] for each in found if each is not None} == {MONDAY, MONDAY + timedelta(days=7)}


def a_day(day: int, quizzes: int) -> DayTotals:
    return DayTotals(
        local_date=date(2026, 2, day),
        quizzes=quizzes,
        score_tenths=0,
        best_tenths=0,
        questions=10 * quizzes,
        correct=7 * quizzes,
        seconds=0,
        rest_numerator=0,
        rest_denominator=1,
    )


def test_a_week_is_told_by_its_quizzes_and_answers_and_one_without_says_nothing() -> None:
    assert week_facts([a_day(24, 2), a_day(26, 1)]) == [
        "Quizzes: 3, on 2 of 7 days",
        "Right answers: 21 of 30",
    ]
    assert week_facts([]) == []


def test_a_streak_is_told_with_what_it_needs_and_none_says_nothing() -> None:
    none = current_streak.streak_at(
        History(days=[], frozen=frozenset()), UserZone(time_zone="UTC", day_start_hour=0), at(9)
    )

    assert streak_facts(none) == []
    assert streak_facts(replace(none, current=1, state=StreakState.ACTIVE)) == ["Streak: 1 day"]
    assert streak_facts(replace(none, current=5, state=StreakState.AT_RISK)) == [
        "Streak: 5 days, learn today to keep it"
    ]
