"""Rules of daily targets: percentages, which target applies on a date, and streaks."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.learning.daily_targets import (
    DailyKind,
    TargetChange,
    TargetDay,
    TargetStreak,
    changed,
    in_force,
    percentage,
    streak_of,
)

TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
QUESTIONS = DailyKind.DAILY_QUESTIONS


def from_on(days: int, target: int, *, removed: bool = False) -> TargetChange:
    return TargetChange(kind=QUESTIONS, from_date=TODAY + days * DAY, target=target, removed=removed)


def reached(*days_ago: int, zone: str = "UTC", hour: int = 12) -> list[TargetDay]:
    return [
        TargetDay(
            kind=QUESTIONS,
            local_date=TODAY - ago * DAY,
            target=10,
            reached_at=datetime.combine(TODAY - ago * DAY, time(hour), UTC),
            time_zone=zone,
        )
        for ago in days_ago
    ]


@pytest.mark.parametrize(
    ("done", "target", "percent"),
    [(15, 30, 50), (0, 30, 0), (29, 30, 96), (30, 30, 100), (31, 30, 100), (1, 3, 33), (-5, 30, 0)],
)
def test_the_percentage_is_rounded_down_and_at_most_100(done: int, target: int, percent: int) -> None:
    assert percentage(done, target) == percent


@given(done=st.integers(0, 10_000), target=st.integers(1, 1_000))
def test_a_hundred_percent_is_shown_exactly_where_the_target_is_reached(done: int, target: int) -> None:
    shown = percentage(done, target)

    assert 0 <= shown <= 100
    assert (shown == 100) == (done >= target)
    assert shown <= 100 * Fraction(done, target)


def test_the_first_target_applies_today() -> None:
    assert changed([], kind=QUESTIONS, target=30, today=TODAY) == from_on(0, 30)


def test_a_higher_target_applies_today_and_a_lower_one_tomorrow() -> None:
    earlier = [from_on(-5, 30)]

    assert changed(earlier, kind=QUESTIONS, target=40, today=TODAY) == from_on(0, 40)
    assert changed(earlier, kind=QUESTIONS, target=20, today=TODAY) == from_on(1, 20)


def test_a_target_that_was_removed_today_is_still_what_a_new_one_is_compared_with() -> None:
    removed = [from_on(-5, 30), from_on(0, 30, removed=True)]

    assert changed(removed, kind=QUESTIONS, target=5, today=TODAY) == from_on(1, 5)
    assert changed(removed, kind=QUESTIONS, target=30, today=TODAY) == from_on(0, 30)


def test_a_target_that_was_removed_on_an_earlier_date_binds_no_more() -> None:
    removed = [from_on(-1, 30, removed=True)]

    assert changed(removed, kind=QUESTIONS, target=5, today=TODAY) == from_on(0, 5)


@given(steps=st.lists(st.tuples(st.integers(1, 100), st.integers(0, 2)), max_size=12))
def test_no_sequence_of_changes_lowers_the_target_of_the_same_date(steps: list[tuple[int, int]]) -> None:
    changes: list[TargetChange] = []
    today = TODAY
    for target, days in steps:
        today += days * DAY
        before = in_force(changes, QUESTIONS, today)
        change = changed(changes, kind=QUESTIONS, target=target, today=today)
        changes = [each for each in changes if each.from_date < change.from_date] + [change]

        after = in_force(changes, QUESTIONS, today)
        tomorrow = in_force(changes, QUESTIONS, today + DAY)
        assert after is not None
        assert before is None or after.target >= before.target
        assert tomorrow is not None
        assert tomorrow.target == target


@pytest.mark.parametrize(
    ("days_ago", "current", "longest"),
    [
        ((), 0, 0),
        ((0,), 1, 1),
        ((1,), 1, 1),
        ((2,), 0, 1),
        ((0, 1, 2), 3, 3),
        ((1, 2), 2, 2),
        ((0, 2, 3, 4), 1, 3),
        ((-1, 0), 2, 2),  # done on a date that is still to come, after travelling west
    ],
)
def test_a_streak_is_alive_until_yesterday(days_ago: tuple[int, ...], current: int, longest: int) -> None:
    found = streak_of(reached(*days_ago), today=TODAY)

    assert found == TargetStreak(current=current, longest=longest)


def test_a_date_that_was_lost_at_the_date_line_breaks_no_streak() -> None:
    before, after = reached(2, zone="Pacific/Niue", hour=23), reached(0, zone="Pacific/Kiritimati", hour=9)

    assert streak_of(before + after, today=TODAY).current == 2
    assert streak_of(reached(2) + after, today=TODAY).current == 1  # 45 hours


@given(ago=st.sets(st.integers(0, 40)))
def test_the_order_of_arrival_makes_no_difference(ago: set[int]) -> None:
    days = reached(*ago)

    forward, backward = streak_of(days, today=TODAY), streak_of(reversed(days), today=TODAY)

    assert forward == backward
    assert forward.current <= forward.longest <= len(ago)
