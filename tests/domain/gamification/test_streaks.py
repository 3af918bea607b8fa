"""Streaks: days, zones, freezes, calendars, and the effect of one more activity."""

import itertools
import random
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInputError
from domain.gamification import streak_rules, streaks
from domain.gamification.current_streak import StreakState
from domain.gamification.streak_calendar import calendar
from domain.gamification.streak_rules import DayState
from domain.gamification.streaks import Activity, is_routine, with_activity
from tests.builders.streaks import an_activity, at, daily, history, streak_of


def test_there_is_no_streak_before_the_first_activity() -> None:
    streak = streak_of(now=at("2026-03-02T09:00"))

    assert (streak.current, streak.longest, streak.state) == (0, 0, StreakState.BROKEN)
    assert streak.expires_at is None


def test_a_streak_is_active_at_risk_then_broken() -> None:
    done = daily(date(2026, 3, 1), 3)

    today, tomorrow, later = (
        streak_of(*done, now=at("2026-03-03T23:59")),
        streak_of(*done, now=at("2026-03-04T00:00")),
        streak_of(*done, now=at("2026-03-05T00:00")),
    )

    assert (today.state, today.current) == (StreakState.ACTIVE, 3)
    assert (tomorrow.state, tomorrow.current) == (StreakState.AT_RISK, 3)
    assert (later.state, later.current, later.longest) == (StreakState.BROKEN, 0, 3)
    assert today.expires_at == at("2026-03-04T00:00")
    assert tomorrow.expires_at == at("2026-03-05T00:00")
    assert later.expires_at is None


@pytest.mark.parametrize(
    ("zone", "first", "hour"),
    [
        ("Europe/Berlin", date(2026, 3, 27), 23),  # spring forward on the 29th: 23 hours
        ("Europe/Berlin", date(2026, 10, 23), 0),  # fall back on the 25th: 25 hours
        ("UTC", date(2028, 2, 27), 12),  # leap day
        ("UTC", date(2026, 2, 26), 12),  # no leap day
        ("UTC", date(2026, 12, 30), 12),  # year end
        ("Pacific/Kiritimati", date(2026, 6, 1), 1),
        ("Pacific/Niue", date(2026, 6, 1), 23),
        ("America/Sao_Paulo", date(2018, 11, 2), 1),  # the 4th has no midnight
        ("Africa/Cairo", date(2025, 4, 23), 1),  # the 25th has no midnight
        ("Asia/Beirut", date(2022, 3, 25), 1),  # the 27th has no midnight
    ],
)
def test_five_local_days_are_five_days_everywhere(zone: str, first: date, hour: int) -> None:
    done = daily(first, 5, zone, hour=hour)

    streak = streak_of(*done, now=done[-1].occurred_at, zone=zone)

    assert (streak.current, streak.state) == (5, StreakState.ACTIVE)


def test_a_day_that_starts_at_four_includes_the_night_after_it() -> None:
    night = [an_activity(at(f"2026-03-0{n}T03:59"), day_start_hour=4) for n in (2, 3)]
    morning = an_activity(at("2026-03-03T04:00"), day_start_hour=4)

    streak = streak_of(*night, morning, now=at("2026-03-03T04:00"), day_start_hour=4)

    assert [day.local_date.day for day in (*night, morning)] == [1, 2, 3]
    assert (streak.current, streak.state) == (3, StreakState.ACTIVE)


def test_two_devices_on_one_day_count_once() -> None:
    moments = [at("2026-03-02T09:00"), at("2026-03-02T09:00"), at("2026-03-02T21:00")]

    streak = streak_of(*(an_activity(moment) for moment in moments), now=moments[-1])

    assert streak.current == 1
    assert streak.activities == {date(2026, 3, 2): 3}


@given(seed=st.integers(), days=st.sets(st.integers(0, 40), min_size=1))
def test_the_order_of_arrival_changes_nothing(seed: int, days: set[int]) -> None:
    done = [a for n in days for a in daily(date(2026, 1, 1) + timedelta(days=n), 1)]
    shuffled = random.Random(seed).sample(done, len(done))
    now = at("2026-02-12T12:00")

    assert streak_of(*shuffled, now=now) == streak_of(*done, now=now)


@given(days=st.sets(st.integers(0, 60), min_size=1))
def test_one_more_day_never_shortens_the_longest_streak(days: set[int]) -> None:
    now = at("2026-03-10T12:00")
    done = [a for n in sorted(days) for a in daily(date(2026, 1, 1) + timedelta(days=n), 1)]

    longest = [streak_of(*done[:n], now=now).longest for n in range(len(done) + 1)]

    assert all(before <= after for before, after in itertools.pairwise(longest))


class TestZoneChanges:
    def test_the_date_line_eastwards_loses_a_date_and_keeps_the_streak(self) -> None:
        monday = an_activity(at("2026-06-01T20:00", "Pacific/Niue"), "Pacific/Niue")
        wednesday = an_activity(at("2026-06-03T21:00", "Pacific/Kiritimati"), "Pacific/Kiritimati")

        streak = streak_of(monday, wednesday, now=wednesday.occurred_at, zone="Pacific/Kiritimati")

        assert (wednesday.local_date - monday.local_date).days == 2
        assert (streak.current, streak.state) == (2, StreakState.ACTIVE)
        assert streak.marks[date(2026, 6, 2)].state is DayState.SKIPPED

    def test_after_more_than_36_hours_the_date_was_missed(self) -> None:
        monday = an_activity(at("2026-06-01T10:00", "America/New_York"), "America/New_York")
        in_time = an_activity(at("2026-06-03T11:00", "Asia/Tokyo"), "Asia/Tokyo")
        too_late = an_activity(at("2026-06-03T11:01", "Asia/Tokyo"), "Asia/Tokyo")

        kept = streak_of(monday, in_time, now=in_time.occurred_at, zone="Asia/Tokyo")
        lost = streak_of(monday, too_late, now=too_late.occurred_at, zone="Asia/Tokyo")

        assert in_time.occurred_at - monday.occurred_at == timedelta(hours=36)
        assert (kept.current, lost.current) == (2, 1)

    def test_without_a_change_of_zone_the_date_was_missed(self) -> None:
        late = an_activity(at("2026-06-01T23:59"))
        early = an_activity(at("2026-06-03T00:01"))

        assert streak_of(late, early, now=early.occurred_at).current == 1

    def test_the_date_line_westwards_repeats_a_date_which_counts_once(self) -> None:
        tuesday = an_activity(at("2026-06-02T10:00", "Pacific/Kiritimati"), "Pacific/Kiritimati")
        again = an_activity(at("2026-06-02T10:00", "Pacific/Niue"), "Pacific/Niue")
        wednesday = an_activity(at("2026-06-03T10:00", "Pacific/Niue"), "Pacific/Niue")

        streak = streak_of(tuesday, again, wednesday, now=wednesday.occurred_at, zone="Pacific/Niue")

        assert streak.current == 2

    def test_westwards_an_activity_on_a_later_date_keeps_the_streak(self) -> None:
        tuesday = an_activity(at("2026-06-02T01:00", "Pacific/Kiritimati"), "Pacific/Kiritimati")

        streak = streak_of(tuesday, now=at("2026-06-01T05:00", "Pacific/Niue"), zone="Pacific/Niue")

        assert (streak.current, streak.state) == (1, StreakState.ACTIVE)

    @pytest.mark.parametrize(
        ("old", "new"), [("Europe/Berlin", "Asia/Tokyo"), ("Asia/Tokyo", "Europe/Berlin")]
    )
    def test_an_ordinary_change_of_zone_keeps_consecutive_dates(self, old: str, new: str) -> None:
        before, after = daily(date(2026, 6, 1), 3, old), daily(date(2026, 6, 4), 3, new)

        streak = streak_of(*before, *after, now=after[-1].occurred_at, zone=new)

        assert (streak.current, streak.state) == (6, StreakState.ACTIVE)

    def test_after_the_date_line_the_streak_is_at_risk_until_the_grace_ends(self) -> None:
        monday = an_activity(at("2026-06-01T10:00", "America/New_York"), "America/New_York")

        streak = streak_of(monday, now=at("2026-06-03T03:00", "Asia/Tokyo"), zone="Asia/Tokyo")
        gone = streak_of(monday, now=at("2026-06-03T12:00", "Asia/Tokyo"), zone="Asia/Tokyo")

        assert (streak.current, streak.state) == (1, StreakState.AT_RISK)
        assert streak.expires_at == at("2026-06-03T11:00", "Asia/Tokyo") + timedelta(microseconds=1)
        assert gone.state is StreakState.BROKEN


class TestFreezes:
    def test_one_is_earned_per_seven_days_and_at_most_two_are_held(self) -> None:
        freezes = {
            count: streak_of(
                *daily(date(2026, 1, 1), count), now=at("2026-01-01T12:00") + timedelta(days=count - 1)
            ).freezes_held
            for count in (6, 7, 13, 14, 21)
        }

        assert freezes == {6: 0, 7: 1, 13: 1, 14: 2, 21: 2}

    def test_a_frozen_day_keeps_the_streak_and_does_not_lengthen_it(self) -> None:
        week = daily(date(2026, 1, 1), 7)
        after = daily(date(2026, 1, 9), 1)

        waiting = streak_of(*week, now=at("2026-01-09T08:00"))
        done = streak_of(*week, *after, now=at("2026-01-09T12:00"))

        assert (waiting.current, waiting.state, waiting.freezes_held) == (7, StreakState.AT_RISK, 0)
        assert (done.current, done.state, done.freezes_held) == (8, StreakState.ACTIVE, 0)
        assert done.marks[date(2026, 1, 8)].state is DayState.FROZEN

    def test_two_freezes_cover_two_missed_days_and_not_three(self) -> None:
        fortnight = daily(date(2026, 1, 1), 14)

        kept = streak_of(*fortnight, now=at("2026-01-17T08:00"))
        lost = streak_of(*fortnight, now=at("2026-01-18T08:00"))

        assert (kept.current, kept.state, kept.freezes_held) == (14, StreakState.AT_RISK, 0)
        assert (lost.current, lost.state, lost.freezes_held) == (0, StreakState.BROKEN, 0)

    def test_a_freeze_covers_a_day_of_23_hours(self) -> None:
        week = daily(date(2026, 3, 22), 7, "Europe/Berlin")  # the missed day is the 29th

        streak = streak_of(*week, now=at("2026-03-30T08:00", "Europe/Berlin"), zone="Europe/Berlin")

        assert (streak.current, streak.state) == (7, StreakState.AT_RISK)
        assert streak.marks[date(2026, 3, 29)].state is DayState.FROZEN

    def test_a_freeze_is_given_back_if_its_day_has_an_activity_after_all(self) -> None:
        week, late = daily(date(2026, 1, 1), 7), daily(date(2026, 1, 8), 1)
        after = daily(date(2026, 1, 9), 1)

        streak = streak_of(
            *week, *after, *late, now=at("2026-01-09T12:00"), frozen=frozenset({date(2026, 1, 8)})
        )

        assert (streak.current, streak.freezes_held) == (9, 1)
        assert streak.marks[date(2026, 1, 8)].state is DayState.DONE

    def test_a_stored_freeze_stays(self) -> None:
        three, after = daily(date(2026, 1, 1), 3), daily(date(2026, 1, 5), 1)

        streak = streak_of(*three, *after, now=at("2026-01-05T12:00"), frozen=frozenset({date(2026, 1, 4)}))

        assert streak.current == 4


class TestCalendars:
    def test_each_day_is_explained(self) -> None:
        done = [*daily(date(2026, 1, 1), 7), *daily(date(2026, 1, 9), 1), *daily(date(2026, 1, 12), 1)]
        streak = streak_of(*done, now=at("2026-01-13T12:00"))

        days = calendar(streak, first=date(2025, 12, 31), last=date(2026, 1, 14))

        assert "".join(day.state.value[0] for day in days) == "MDDDDDDDFDMMDOF"
        assert [day.streak_length for day in days] == [0, 1, 2, 3, 4, 5, 6, 7, 7, 8, 0, 0, 1, 1, 0]
        assert days[7].explanation == "1 activity: day 7 of the streak."
        assert days[8].explanation == "Nothing was done; a freeze kept the streak at 7 days."

    def test_a_range_is_bounded_and_runs_forwards(self) -> None:
        streak = streak_of(now=at("2026-01-13T12:00"))
        first = date(2026, 1, 1)

        assert len(calendar(streak, first=first, last=first + timedelta(days=365))) == 366
        for last in (first - timedelta(days=1), first + timedelta(days=366), date.max):
            with pytest.raises(InvalidInputError) as refusal:
                calendar(streak, first=first, last=last)
            assert refusal.value.field == "to"


ZONES = ("Pacific/Niue", "UTC", "Pacific/Kiritimati")
ACTIVITIES = st.builds(
    lambda hours, zone: an_activity(at("2026-03-01T00:00") + timedelta(hours=hours), zone),
    st.integers(0, 24 * 9),
    st.sampled_from(ZONES),
)


@given(st.lists(ACTIVITIES, max_size=25), ACTIVITIES, st.sets(st.integers(0, 9)))
def test_a_routine_activity_changes_no_run(
    done: list[Activity], activity: Activity, frozen_days: set[int]
) -> None:
    days = history(*done).days
    frozen = {date(2026, 3, 1) + timedelta(days=n) for n in frozen_days}

    before, after = (
        streak_rules.replay(days, frozen),
        streak_rules.replay(with_activity(days, activity), frozen),
    )

    if is_routine(days, activity):
        assert (before.longest, before.length, before.freezes) == (after.longest, after.length, after.freezes)
        assert before.marks == after.marks


def test_the_second_activity_of_the_last_date_is_routine_and_no_other_is() -> None:
    first, noon, last = daily(date(2026, 3, 1), 3)
    days = history(first, noon, last).days
    hour = timedelta(hours=1)

    def routine(activity: Activity, moment: datetime, zone: str = "UTC") -> bool:
        return is_routine(days, replace(activity, occurred_at=moment, time_zone=zone))

    assert routine(last, last.occurred_at)
    assert routine(last, last.occurred_at + hour, "Asia/Tokyo")
    assert not routine(last, last.occurred_at - hour)
    assert not routine(noon, noon.occurred_at + hour)
    assert not is_routine(days, daily(date(2026, 3, 4), 1)[0])
    assert not is_routine([], first)


@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["UTC", "Asia/Tokyo"])), max_size=30),
    st.integers(0, 45),
    st.sets(st.integers(0, 40), max_size=3),
)
def test_the_effect_of_an_activity_is_the_difference_of_two_complete_replays(
    done: list[tuple[int, str]], offset: int, frozen: set[int]
) -> None:
    first = date(2026, 1, 1)
    activities = [an_activity(at(f"{first + timedelta(days=day)}T12:00", zone), zone) for day, zone in done]
    before = history(*activities, frozen=frozenset(first + timedelta(days=day) for day in frozen))
    activity = an_activity(at(f"{first + timedelta(days=offset)}T18:00"))

    change = streaks.change_by(activity, before)

    earlier = streak_rules.replay(before.days, before.frozen)
    later = streak_rules.replay(with_activity(before.days, activity), before.frozen)
    reached = [days for days in (7, 30, 100, 365) if earlier.longest < days <= later.longest]
    assert [int(award.source_id) for award in change.milestones] == reached
    assert set(change.freezes) == later.frozen - before.frozen
