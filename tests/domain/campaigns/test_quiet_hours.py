"""Quiet hours: the next moment at which a reader may get a mail, in every zone and over changes of the clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.campaigns.quiet_hours import DEFAULT_FROM, DEFAULT_UNTIL, is_quiet, next_loud
from tests.builders.streaks import at


@pytest.mark.parametrize(
    ("moment", "zone", "loud"),
    [
        (at("2026-03-02T20:59", "Europe/Berlin"), "Europe/Berlin", at("2026-03-02T20:59", "Europe/Berlin")),
        (at("2026-03-02T21:00", "Europe/Berlin"), "Europe/Berlin", at("2026-03-03T08:00", "Europe/Berlin")),
        (at("2026-03-03T07:59", "Europe/Berlin"), "Europe/Berlin", at("2026-03-03T08:00", "Europe/Berlin")),
        (at("2026-03-03T08:00", "Europe/Berlin"), "Europe/Berlin", at("2026-03-03T08:00", "Europe/Berlin")),
        (at("2026-03-02T12:00", "UTC"), "Pacific/Kiritimati", at("2026-03-03T08:00", "Pacific/Kiritimati")),
        (at("2026-03-02T12:00", "UTC"), "Pacific/Niue", at("2026-03-02T08:00", "Pacific/Niue")),
        (at("2026-03-02T18:00", "UTC"), "Asia/Kathmandu", at("2026-03-03T08:00", "Asia/Kathmandu")),
    ],
)
def test_a_mail_waits_until_the_readers_morning(moment: datetime, zone: str, loud: datetime) -> None:
    assert next_loud(moment, time_zone=zone, begins=DEFAULT_FROM, ends=DEFAULT_UNTIL) == loud


def test_the_night_of_a_change_of_the_clock_is_an_hour_shorter_or_longer() -> None:
    nights = {"2026-03-28": 10, "2026-10-24": 12, "2026-06-01": 11}
    for night, hours in nights.items():
        begins = at(f"{night}T21:00", "Europe/Berlin")
        ends = next_loud(begins, time_zone="Europe/Berlin", begins=21, ends=8)

        assert (ends - begins) == timedelta(hours=hours)
        assert ends.astimezone(ZoneInfo("Europe/Berlin")).hour == 8


def test_an_end_that_the_clock_skips_is_the_moment_after_the_jump() -> None:
    # On 29 March 2026 clocks in Berlin go from 2:00 to 3:00, those in Troll from 1:00 to 3:00.
    for zone in ("Europe/Berlin", "Antarctica/Troll"):
        loud = next_loud(at("2026-03-28T23:30", zone), time_zone=zone, begins=22, ends=2)

        assert loud == datetime(2026, 3, 29, 1, tzinfo=UTC)
        assert loud.astimezone(ZoneInfo(zone)).hour == 3


def test_an_end_that_the_clock_shows_twice_falls_back_into_no_quiet_hour() -> None:
    # On 25 October 2026 clocks in Berlin go from 3:00 back to 2:00.
    loud = next_loud(at("2026-10-25T01:30", "Europe/Berlin"), time_zone="Europe/Berlin", begins=22, ends=2)

    assert loud == at("2026-10-25T02:00", "Europe/Berlin", fold=0)


def test_the_same_hour_twice_means_no_quiet_hours() -> None:
    assert not any(
        is_quiet(at(f"2026-03-02T{hour:02}:30"), time_zone="UTC", begins=5, ends=5) for hour in range(24)
    )


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"])
def test_every_hour_of_a_year_gets_the_first_loud_minute(zone: str) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    while moment.year == 2026:
        loud = next_loud(moment, time_zone=zone, begins=21, ends=8)

        assert not is_quiet(loud, time_zone=zone, begins=21, ends=8)
        assert loud == moment or is_quiet(loud - timedelta(minutes=1), time_zone=zone, begins=21, ends=8)
        assert loud - moment <= timedelta(hours=12)
        moment += timedelta(hours=5, minutes=7)
