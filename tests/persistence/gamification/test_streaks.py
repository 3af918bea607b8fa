"""Streaks: one suite for the stores in memory and in Postgres."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.errors import NotFoundError
from domain.gamification import streaks
from domain.gamification.streaks import Activity, ActivityKind, History, Streaks, UserZone
from domain.unit_of_work import Meter
from persistence.stores import SqlWork
from persistence.work import Postgres
from tests.builders import a_user
from tests.builders.streaks import an_activity, at, daily
from tests.fakes.streaks import FakeStreaks

ADA = a_user(handle="streaky_ada", email="streaky@example.org", time_zone="Pacific/Niue")
BOB = a_user(handle="streaky_bob", email="streaky_bob@example.org")


@pytest.fixture(params=["fake", "sql"])
async def store(request: Any, work: SqlWork) -> Streaks:
    if request.param == "fake":
        fake = FakeStreaks()
        for user in (ADA, BOB):
            fake.zones[user.id] = UserZone(time_zone=user.time_zone, day_start_hour=0)
        return fake
    for user in (ADA, BOB):
        await work.users.add(user)
    return work.streaks


@pytest.fixture
def move(store: Streaks, work: SqlWork) -> Callable[[str, int, datetime], Awaitable[None]]:
    """Changes Ada's zone and day start from a moment on."""

    async def to(zone: str, start: int, now: datetime) -> None:
        if isinstance(store, FakeStreaks):
            store.earlier_zones[ADA.id].append((now, store.zones[ADA.id]))
            store.zones[ADA.id] = UserZone(time_zone=zone, day_start_hour=start)
        else:
            await work.users.update_locality(ADA.id, time_zone=zone, day_start_hour=start, now=now)

    return to


def by_ada(*activities: Activity) -> list[Activity]:
    return [an_activity(a.occurred_at, a.time_zone, user_id=ADA.id) for a in activities]


async def test_the_zone_is_the_users_own(store: Streaks) -> None:
    assert await store.zone_of(ADA.id) == UserZone(time_zone="Pacific/Niue", day_start_hour=0)


async def test_the_zone_at_a_moment_is_the_one_that_was_valid_then(
    store: Streaks, move: Callable[[str, int, datetime], Awaitable[None]]
) -> None:
    monday, tuesday = at("2026-03-02T09:00"), at("2026-03-03T09:00")
    await move("Asia/Tokyo", 0, monday)
    await move("Asia/Tokyo", 4, tuesday)

    moments = (monday - timedelta(seconds=1), monday, tuesday - timedelta(seconds=1), tuesday, None)
    zones = [await store.zone_of(ADA.id, at=moment) for moment in moments]

    assert [(zone.time_zone, zone.day_start_hour) for zone in zones] == [
        ("Pacific/Niue", 0),
        ("Asia/Tokyo", 0),
        ("Asia/Tokyo", 0),
        ("Asia/Tokyo", 4),
        ("Asia/Tokyo", 4),
    ]


async def test_an_unknown_user_has_no_zone(store: Streaks) -> None:
    with pytest.raises(NotFoundError):
        await store.zone_of(a_user().id)


async def test_an_activity_is_stored_once_per_kind_and_source(store: Streaks) -> None:
    first = an_activity(at("2026-03-02T09:00"), user_id=ADA.id, source_id="one")
    again = an_activity(at("2026-03-05T09:00"), user_id=ADA.id, source_id="one")
    other = an_activity(
        at("2026-03-02T10:00"), user_id=ADA.id, source_id="one", kind=ActivityKind.NODE_COMPLETED
    )

    before = [await store.add(activity) for activity in (first, again, other)]

    assert before == [History(days=[], frozen=frozenset()), None, None]
    (day,) = (await store.history(ADA.id)).days
    assert day.activities == 2


async def test_add_returns_the_history_before_the_activity_unless_it_is_routine(store: Streaks) -> None:
    saturday, monday = by_ada(*daily(date(2026, 1, 3), 1), *daily(date(2026, 1, 5), 1))
    await store.freeze(ADA.id, {date(2026, 1, 4)})
    await store.add(an_activity(at("2026-01-09T12:00"), user_id=BOB.id))
    hour = timedelta(hours=1)

    def another(activity: Activity, moment: datetime) -> Activity:
        return replace(activity, occurred_at=moment, source_id=f"another at {moment}")

    found = [
        await store.add(activity)
        for activity in (
            saturday,
            monday,
            another(monday, monday.occurred_at),
            another(monday, monday.occurred_at + hour),
            another(monday, monday.occurred_at - hour),
            another(saturday, saturday.occurred_at + hour),
        )
    ]

    dates = [None if history is None else [day.local_date.day for day in history.days] for history in found]
    assert dates == [[], [3], None, None, [3, 5], [3, 5]]
    assert {date(2026, 1, 4)} == found[0].frozen == found[5].frozen
    assert [day.activities for day in (await store.history(ADA.id)).days] == [2, 4]


async def test_a_day_has_its_first_and_last_time_with_their_zones(store: Streaks) -> None:
    tokyo = an_activity(at("2026-03-02T01:00"), "Asia/Tokyo", user_id=ADA.id)
    paris = an_activity(at("2026-03-02T20:00"), "Europe/Paris", user_id=ADA.id)
    for activity in (paris, tokyo):
        await store.add(activity)

    (day,) = (await store.history(ADA.id)).days

    assert (day.first_at, day.first_zone) == (tokyo.occurred_at, "Asia/Tokyo")
    assert (day.last_at, day.last_zone) == (paris.occurred_at, "Europe/Paris")


async def test_days_come_by_date_and_only_the_learners_own(store: Streaks) -> None:
    for activity in reversed(by_ada(*daily(date(2026, 1, 1), 3))):
        await store.add(activity)
    await store.add(an_activity(at("2026-01-09T12:00"), user_id=BOB.id))

    days = (await store.history(ADA.id)).days

    assert [day.local_date.day for day in days] == [1, 2, 3]


async def test_a_used_freeze_is_stored_under_the_missed_date(store: Streaks) -> None:
    for activity in by_ada(*daily(date(2026, 1, 1), 7), *daily(date(2026, 1, 9), 1)):
        await streaks.record(store, activity)

    assert (await store.history(ADA.id)).frozen == {date(2026, 1, 8)}
    assert (await store.history(BOB.id)).frozen == frozenset()


async def test_freezing_a_date_twice_changes_nothing(store: Streaks) -> None:
    for _ in range(2):
        await store.freeze(ADA.id, {date(2026, 1, 8)})

    assert (await store.history(ADA.id)).frozen == {date(2026, 1, 8)}


async def test_a_milestone_is_earned_when_the_streak_first_reaches_it(store: Streaks) -> None:
    done = by_ada(*daily(date(2026, 1, 1), 30))

    earned = [await streaks.record(store, activity) for activity in done]

    assert [n for n, awards in enumerate(earned, 1) if awards] == [7, 30]
    ((seven,), (thirty,)) = (earned[6], earned[29])
    assert (seven.source_type, seven.source_id, seven.amount) == ("streak", "7", 50)
    assert (thirty.source_id, thirty.amount, thirty.local_date) == ("30", 200, date(2026, 1, 30))


async def test_a_second_streak_of_seven_earns_nothing(store: Streaks) -> None:
    again = [*daily(date(2026, 1, 1), 7), *daily(date(2026, 2, 1), 7)]

    earned = [award for activity in by_ada(*again) for award in await streaks.record(store, activity)]

    assert len(earned) == 1


async def test_a_late_day_that_closes_a_gap_earns_the_milestone(store: Streaks) -> None:
    days = by_ada(*daily(date(2026, 1, 1), 7))
    late = days.pop(3)
    before = [award for activity in days for award in await streaks.record(store, activity)]

    earned = await streaks.record(store, late)

    assert before == []
    assert [award.source_id for award in earned] == ["7"]


async def test_a_known_activity_earns_nothing(store: Streaks) -> None:
    done = by_ada(*daily(date(2026, 1, 1), 7))
    for activity in done:
        await streaks.record(store, activity)

    assert await streaks.record(store, done[-1]) == []


async def test_concurrent_devices_earn_a_milestone_once(postgres: Postgres) -> None:
    async with postgres.open_work(Meter()) as work:
        await work.users.add(ADA)

    async def sync(activity: Activity) -> int:
        async with postgres.open_work(Meter()) as own:
            return len(await streaks.record(own.streaks, activity))

    earned = await asyncio.gather(*(sync(a) for a in by_ada(*daily(date(2026, 1, 1), 7))))

    assert sum(earned) == 1
