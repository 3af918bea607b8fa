"""Local days: their dates and ends, in time zones that skip and repeat hours."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.local_days import day_end, day_start, local_date
from tests.builders.streaks import at

ZONES = [
    "UTC",
    "Africa/Cairo",
    "America/Havana",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Niue",
]


@pytest.mark.parametrize(
    ("zone", "now", "start", "end"),
    [
        ("Europe/Berlin", "2026-03-29T01:30", 0, "2026-03-29T22:00:00+00:00"),  # a day of 23 hours
        ("Europe/Berlin", "2026-10-25T01:30", 0, "2026-10-25T23:00:00+00:00"),  # a day of 25 hours
        ("Pacific/Kiritimati", "2026-06-01T12:00", 0, "2026-06-01T10:00:00+00:00"),
        ("Pacific/Niue", "2026-06-01T12:00", 0, "2026-06-02T11:00:00+00:00"),
        ("America/Sao_Paulo", "2018-11-03T12:00", 0, "2018-11-04T03:00:00+00:00"),  # 00:00 becomes 01:00
        ("Africa/Cairo", "2025-04-24T12:00", 0, "2025-04-24T22:00:00+00:00"),  # 00:00 becomes 01:00
        ("Asia/Beirut", "2022-03-26T12:00", 0, "2022-03-26T22:00:00+00:00"),  # 00:00 becomes 01:00
        ("Asia/Beirut", "2022-10-29T22:00", 0, "2022-10-29T22:00:00+00:00"),  # 23:00 to 24:00 is repeated
        ("America/Havana", "2025-11-01T12:00", 0, "2025-11-02T04:00:00+00:00"),  # midnight is repeated
        ("America/St_Johns", "2010-11-06T12:00", 0, "2010-11-07T03:30:00+00:00"),  # 00:01 falls back to 23:01
        ("Antarctica/Troll", "2026-03-28T12:00", 2, "2026-03-29T01:00:00+00:00"),  # 01:00 becomes 03:00
        ("Pacific/Apia", "2011-12-29T12:00", 0, "2011-12-30T10:00:00+00:00"),  # the 30th does not exist
        ("UTC", "2026-12-31T12:00", 0, "2027-01-01T00:00:00+00:00"),
        ("UTC", "2028-02-28T12:00", 0, "2028-02-29T00:00:00+00:00"),
        ("UTC", "2026-01-01T03:59", 4, "2026-01-01T04:00:00+00:00"),
        ("UTC", "2026-01-01T04:00", 4, "2026-01-02T04:00:00+00:00"),
    ],
)
def test_a_day_ends_at_the_first_instant_after_it(zone: str, now: str, start: int, end: str) -> None:
    end_of_day = day_end(at(now, zone), time_zone=zone, day_start_hour=start)

    assert end_of_day.isoformat() == end


@given(
    seconds=st.integers(1_200_000_000, 1_900_000_000), zone=st.sampled_from(ZONES), start=st.integers(0, 6)
)
def test_from_the_end_on_it_is_another_date(seconds: int, zone: str, start: int) -> None:
    now = datetime.fromtimestamp(seconds, UTC)

    end = day_end(now, time_zone=zone, day_start_hour=start)

    today = local_date(now, time_zone=zone, day_start_hour=start)
    assert local_date(end, time_zone=zone, day_start_hour=start) > today
    assert local_date(end - timedelta(seconds=1), time_zone=zone, day_start_hour=start) == today
    assert local_date(end + timedelta(hours=2), time_zone=zone, day_start_hour=start) > today


@given(
    seconds=st.integers(1_200_000_000, 1_900_000_000), zone=st.sampled_from(ZONES), start=st.integers(0, 6)
)
def test_before_its_first_instant_it_is_another_date(seconds: int, zone: str, start: int) -> None:
    now = datetime.fromtimestamp(seconds, UTC)

    first = day_start(now, time_zone=zone, day_start_hour=start)

    today = local_date(now, time_zone=zone, day_start_hour=start)
    assert first <= now
    assert local_date(first, time_zone=zone, day_start_hour=start) == today
    assert local_date(first - timedelta(seconds=1), time_zone=zone, day_start_hour=start) < today


@pytest.mark.parametrize(
    ("clock", "day"), [("03:59", date(2026, 3, 1)), ("04:00", date(2026, 3, 2)), ("23:59", date(2026, 3, 2))]
)
def test_a_day_may_start_at_four(clock: str, day: date) -> None:
    moment = at(f"2026-03-02T{clock}", "Asia/Tokyo")

    assert local_date(moment, time_zone="Asia/Tokyo", day_start_hour=4) == day
