"""On which days acts of a device count for streak and XP that the platform did not know before."""

from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from domain.offline.events import GivenEvent
from domain.spaced_review import review_awards
from domain.study import study_answers
from persistence.stores import SqlWork
from tests.support.offline import OfflineWorld, an_offline_world
from tests.support.schema_client import START

HOUR = timedelta(hours=1)
YESTERDAY, TODAY = date(2026, 3, 1), date(2026, 3, 2)


@pytest.fixture
async def world(work: SqlWork) -> OfflineWorld:
    return await an_offline_world(work, devices=["phone"])


async def days_of(world: OfflineWorld) -> tuple[set[date], set[date]]:
    """Return the dates that count for the streak, and those that have XP."""
    fetch = world.work.connection.raw.fetch
    days = await fetch("SELECT local_date FROM activities WHERE user_id = $1", world.user_id)
    entries = await fetch("SELECT local_date FROM xp_entries WHERE user_id = $1", world.user_id)
    return {row[0] for row in days}, {row[0] for row in entries}


async def an_act_of(world: OfflineWorld, kind: str) -> GivenEvent:
    at = START - 20 * HOUR
    if kind == "node":
        return world.a_check("one", "a", at=at)
    if kind == "study":
        return world.a_study_answer("one", await world.a_session(at), at=at)
    return world.a_review("one", at=at)


@pytest.mark.parametrize("kind", ["node", "study", "review"])
@pytest.mark.parametrize(("device", "day"), [("phone", YESTERDAY), ("tablet", TODAY)])
async def test_an_act_counts_for_a_past_day_only_where_its_device_was_known(
    world: OfflineWorld, kind: str, device: str, day: date
) -> None:
    with (
        patch.object(study_answers, "STREAK_ANSWERS", 1),
        patch.object(review_awards, "QUALIFYING_REVIEWS", 1),
    ):
        (event,) = await world.sync(device, [await an_act_of(world, kind)])

    streak, xp = await days_of(world)
    assert event.occurred_at == START - 20 * HOUR
    assert streak == {day}
    assert xp == (set() if kind == "study" else {day})


async def test_a_new_device_for_each_missed_day_repairs_none(world: OfflineWorld) -> None:
    for number, node in enumerate("ab"):
        at = START - (24 * number + 10) * HOUR
        await world.sync(f"device-{number}", [world.a_check(f"e{number}", node, at=at)])

    assert await days_of(world) == ({TODAY}, {TODAY})


async def test_a_device_is_known_from_its_first_contact_on(world: OfflineWorld) -> None:
    contact = START - 9 * HOUR - timedelta(minutes=20)  # before midnight
    await world.sync("tablet", [], now=contact)
    act = world.a_check("one", "a", at=contact + timedelta(minutes=5))

    await world.sync("tablet", [act], now=contact + timedelta(minutes=40))

    assert await days_of(world) == ({YESTERDAY}, {YESTERDAY})


async def test_the_earlier_of_the_days_that_count_is_that_of_the_node(world: OfflineWorld) -> None:
    known, unknown = (
        world.a_check("k", "a", at=START - 12 * HOUR),
        world.a_check("u", "a", at=START - 30 * HOUR),
    )

    async def played(*order: tuple[str, GivenEvent]) -> Any:
        for device, event in order:
            await world.sync(device, [event])
        return await world.state()

    first = await world.undone(lambda: played(("phone", known), ("tablet", unknown)))
    second = await world.undone(lambda: played(("tablet", unknown), ("phone", known)))

    assert first["days"] == second["days"]
    assert [day for *_, day, _ in first["days"]] == [YESTERDAY]


async def test_after_a_change_of_zone_an_act_of_an_unknown_device_counts_now(world: OfflineWorld) -> None:
    raw = world.work.connection.raw
    await raw.execute("UPDATE users SET time_zone = 'Pacific/Kiritimati' WHERE id = $1", world.user_id)
    await raw.execute(
        """INSERT INTO zone_changes (user_id, changed_at, old_time_zone, old_day_start_hour,
            new_time_zone, new_day_start_hour) VALUES ($1, $2, 'Pacific/Niue', 0, 'Pacific/Kiritimati', 0)""",
        world.user_id,
        START - HOUR,
    )

    await world.sync("tablet", [world.a_check("one", "a", at=START - 30 * HOUR)])

    assert await days_of(world) == ({TODAY}, {TODAY})
