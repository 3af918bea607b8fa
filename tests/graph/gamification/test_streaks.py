"""Streaks and the zone they are counted in, through the schema."""

import asyncio
from datetime import date
from typing import Any

from domain.gamification import streaks
from domain.ids import UserId
from domain.unit_of_work import Meter
from tests.builders.streaks import an_activity, daily
from tests.support.schema_client import Asker

STREAK = "{ viewer { streak { current longest state expiresAt freezesHeld } } }"
CALENDAR = """
query ($from: LocalDate!, $to: LocalDate!) {
  viewer { streak { calendar(from: $from, to: $to) { date state activities streakLength explanation } } }
}
"""
MOVE = """
mutation ($input: UpdateProfileInput!) {
  updateProfile(input: $input) {
    user { timeZone dayStartHour displayName }
    userErrors { __typename ... on UserError { code field message } }
  }
}
"""


async def did(ask: Asker, user_id: UserId, *activities: Any) -> None:
    for activity in activities:
        async with ask.postgres.open_work(Meter()) as work:
            own = an_activity(activity.occurred_at, activity.time_zone, user_id=user_id)
            await streaks.record(work.streaks, own)


async def test_a_new_learner_has_no_streak(ask: Asker) -> None:
    _, viewer = await ask.learner()

    data = await ask.data(STREAK, viewer)

    assert data["viewer"]["streak"] == {
        "current": 0,
        "longest": 0,
        "state": "BROKEN",
        "expiresAt": None,
        "freezesHeld": 0,
    }


async def test_the_streak_is_counted_in_the_learners_zone(ask: Asker) -> None:
    ada, viewer = await ask.learner(time_zone="Pacific/Kiritimati")
    await did(
        ask, ada.id, *daily(date(2026, 2, 23), 7, "Pacific/Kiritimati")
    )  # to Sunday; there it is Monday 23:00

    data = await ask.data(STREAK, viewer)

    assert data["viewer"]["streak"] == {
        "current": 7,
        "longest": 7,
        "state": "AT_RISK",
        "expiresAt": "2026-03-02T10:00:00.000Z",
        "freezesHeld": 1,
    }


async def test_the_calendar_explains_each_day(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    await did(ask, ada.id, *daily(date(2026, 2, 27), 1), *daily(date(2026, 3, 1), 1))

    data = await ask.data(CALENDAR, viewer, **{"from": "2026-02-27", "to": "2026-03-03"})

    days = data["viewer"]["streak"]["calendar"]
    assert [(day["date"][-2:], day["state"]) for day in days] == [
        ("27", "DONE"),
        ("28", "MISSED"),
        ("01", "DONE"),
        ("02", "OPEN"),
        ("03", "FUTURE"),
    ]


async def test_a_calendar_of_too_many_days_is_refused_with_its_argument(ask: Asker) -> None:
    _, viewer = await ask.learner()

    for first, last in (("2026-03-02", "2026-03-01"), ("0001-01-01", "9999-12-31")):
        response = await ask(CALENDAR, viewer, **{"from": first, "to": last})
        (error,) = response["errors"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert "to" in error["message"]


async def test_an_anonymous_caller_has_no_streak(ask: Asker) -> None:
    assert (await ask.data(STREAK)) == {"viewer": None}


async def test_one_learner_does_not_see_the_days_of_another(ask: Asker) -> None:
    ada, _ = await ask.learner()
    _, viewer = await ask.learner()
    await did(ask, ada.id, *daily(date(2026, 3, 1), 2))

    data = await ask.data(STREAK, viewer)

    assert data["viewer"]["streak"]["current"] == 0


class TestZoneChanges:
    async def test_a_second_change_within_a_day_is_refused_and_changes_nothing(self, ask: Asker) -> None:
        _, viewer = await ask.learner(time_zone="Europe/Berlin")
        await ask.data(MOVE, viewer, input={"timeZone": "Asia/Tokyo"})
        ask.clock.forward(hours=23, minutes=59)

        data = await ask.data(MOVE, viewer, input={"timeZone": "Europe/Berlin", "displayName": "Ada"})

        (error,) = data["updateProfile"]["userErrors"]
        assert (error["__typename"], error["field"]) == ("InvalidInput", "timeZone")
        assert error["message"] == "timeZone may change again at 2026-03-03 09:00 UTC."
        shown = await ask.data("{ viewer { user { timeZone displayName } } }", viewer)
        assert shown["viewer"]["user"]["timeZone"] == "Asia/Tokyo"
        assert shown["viewer"]["user"]["displayName"] != "Ada"

    async def test_the_zone_can_change_again_after_a_day(self, ask: Asker) -> None:
        _, viewer = await ask.learner(time_zone="Europe/Berlin")
        await ask.data(MOVE, viewer, input={"timeZone": "Asia/Tokyo"})
        ask.clock.forward(hours=24)

        data = await ask.data(MOVE, viewer, input={"timeZone": "Europe/Berlin"})

        assert data["updateProfile"]["user"]["timeZone"] == "Europe/Berlin"

    async def test_other_changes_do_not_wait(self, ask: Asker) -> None:
        _, viewer = await ask.learner(time_zone="Europe/Berlin")
        await ask.data(MOVE, viewer, input={"timeZone": "Asia/Tokyo"})

        data = await ask.data(
            MOVE, viewer, input={"timeZone": "Asia/Tokyo", "dayStartHour": 4, "displayName": "Ada"}
        )

        assert data["updateProfile"]["user"] == {
            "timeZone": "Asia/Tokyo",
            "dayStartHour": 4,
            "displayName": "Ada",
        }

    async def test_one_of_several_concurrent_changes_takes_effect(self, ask: Asker) -> None:
        _, viewer = await ask.learner(time_zone="UTC")

        answers = await asyncio.gather(
            *(
                ask.data(MOVE, viewer, input={"timeZone": zone})
                for zone in ("Asia/Tokyo", "Europe/Berlin", "Africa/Cairo", "America/Lima")
            )
        )

        refused = [answer for answer in answers if answer["updateProfile"]["userErrors"]]
        assert len(refused) == 3

    async def test_a_change_of_zone_leaves_stored_dates_as_they_are(self, ask: Asker) -> None:
        ada, viewer = await ask.learner(time_zone="Pacific/Kiritimati")
        await did(ask, ada.id, *daily(date(2026, 2, 25), 3, "Pacific/Kiritimati", hour=1))
        before = await ask.data(CALENDAR, viewer, **{"from": "2026-02-24", "to": "2026-02-28"})

        await ask.data(MOVE, viewer, input={"timeZone": "Pacific/Niue"})

        assert before == await ask.data(CALENDAR, viewer, **{"from": "2026-02-24", "to": "2026-02-28"})
