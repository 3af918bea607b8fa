"""Nodes that were checked offline: what opens, waits and counts, on real Postgres."""

from datetime import date, timedelta

import pytest

from domain.errors import InvalidInputError
from domain.gamification.xp_rules import CURRENT
from domain.ids import EnrolmentId
from domain.learning import node_progress
from domain.learning.progress import NodeState
from domain.offline.event_kinds import node_checks
from domain.offline.events import MOST_WAITING, EventStatus, GivenEvent
from domain.retention import OFFLINE_EVENTS_KEPT
from persistence.stores import SqlWork
from tests.builders import a_user, mint
from tests.support.offline import OfflineWorld, an_offline_world, codes, statuses
from tests.support.schema_client import START

APPLIED, REFUSED, WAITING = EventStatus.APPLIED, EventStatus.REFUSED, EventStatus.WAITING
HOUR = timedelta(hours=1)


@pytest.fixture
async def world(work: SqlWork) -> OfflineWorld:
    return await an_offline_world(work)


async def states_of(world: OfflineWorld) -> dict[str, NodeState]:
    (path,) = await world.work.enrolments.paths([world.enrolment.id], viewer_id=world.user_id)
    assert path is not None
    keys = {node.id: key for key, node in world.road.nodes.items()}
    return {keys[node_id]: state for node_id, state in path.states.items()}


async def test_an_event_waits_until_what_it_needs_arrives(world: OfflineWorld) -> None:
    late = [
        world.a_check("d", "d", at=START - HOUR),
        world.a_check("b", "b", at=START - 2 * HOUR),
        world.a_check("c", "c", at=START - 3 * HOUR),
    ]

    first = await world.sync("phone", late)
    second = await world.sync("tablet", [world.a_check("a", "a", at=START - 4 * HOUR)])
    again = await world.sync("phone", late)

    assert statuses(first) == [WAITING] * 3
    assert statuses(second) == [APPLIED]
    assert statuses(again) == [EventStatus.REPEATED] * 3
    assert await states_of(world) == dict.fromkeys("abcd", NodeState.DONE)


async def test_what_waits_longer_than_72_hours_is_refused(world: OfflineWorld) -> None:
    check = world.a_check("b", "b", at=START - HOUR)
    await world.sync("phone", [check])

    in_time = await world.sync("phone", [check], now=START + 71 * HOUR)
    late = await world.sync("phone", [check], now=START + 71 * HOUR + timedelta(milliseconds=1))
    opened = await world.sync("tablet", [world.a_check("a", "a", at=START)], now=START + 71 * HOUR)

    assert (statuses(in_time), statuses(late), statuses(opened)) == ([WAITING], [REFUSED], [APPLIED])
    assert codes(late[0]) == ["EVENT_TOO_OLD"]
    assert await states_of(world) == {"a": NodeState.DONE}


async def test_a_node_opens_by_what_was_ever_done_and_the_last_write_stands(world: OfflineWorld) -> None:
    await world.sync("phone", [world.a_check("a", "a", at=START - 9 * HOUR)])
    await world.sync("phone", [world.a_check("undo", "a", NodeState.AVAILABLE, at=START - 5 * HOUR)])

    events = await world.sync(
        "tablet",
        [
            world.a_check("b", "b", at=START - 7 * HOUR),
            world.a_check("begun", "a", NodeState.IN_PROGRESS, at=START - 6 * HOUR),
        ],
    )

    assert statuses(events) == [APPLIED, APPLIED]
    assert await states_of(world) == {"b": NodeState.DONE}


async def test_what_is_set_online_stands_against_earlier_events(world: OfflineWorld) -> None:
    node_id = world.road.nodes["a"].id
    for state in (NodeState.DONE, NodeState.AVAILABLE):
        act = world.act(START - HOUR)
        await node_progress.set_state(
            world.work, act, enrolment_id=world.enrolment.id, node_id=node_id, state=state
        )

    await world.sync("phone", [world.a_check("early", "a", at=START - 2 * HOUR)])
    early = await states_of(world)
    await world.sync("phone", [world.a_check("late", "a", at=START)])

    assert early == {}
    assert await states_of(world) == {"a": NodeState.DONE}


async def test_xp_and_streak_count_once_on_the_day_in_the_zone_of_the_first_time(world: OfflineWorld) -> None:
    raw = world.work.connection.raw
    await raw.execute("UPDATE users SET time_zone = 'Pacific/Kiritimati' WHERE id = $1", world.user_id)
    for number, hours in enumerate([20, 30, 25]):
        await world.sync("phone", [world.a_check(f"e{number}", "a", at=START - hours * HOUR)])

    days = await raw.fetch("SELECT local_date FROM activities WHERE user_id = $1", world.user_id)
    entries = await raw.fetch("SELECT amount FROM xp_entries WHERE user_id = $1", world.user_id)

    assert [row[0] for row in days] == [date(2026, 3, 1)]  # 3 o'clock UTC is 17 o'clock there
    assert [row[0] for row in entries] == [CURRENT.node_completed]


async def test_an_enrolment_completes_once_each_required_node_was_done(world: OfflineWorld) -> None:
    checks = [world.a_check(key, key, at=START - (10 - n) * HOUR) for n, key in enumerate("abcde")]
    await world.sync("phone", [*checks[:4], world.a_check("undo", "a", NodeState.AVAILABLE, at=START)])
    await world.sync("tablet", checks[4:])
    earlier = await world.sync("tablet", [world.a_check("earlier", "e", at=START - 8 * HOUR)])

    (found,) = await world.work.enrolments.by_ids([world.enrolment.id], viewer_id=world.user_id)

    assert statuses(earlier) == [APPLIED]
    assert found is not None
    assert found.completed_at == START - 7 * HOUR


async def test_what_cannot_be_set_is_refused_alone(world: OfflineWorld) -> None:
    stranger = await world.work.users.add(a_user())
    other = await an_offline_world(world.work)

    def moved(id: str, enrolment_id: str, node_id: str) -> GivenEvent:
        content = node_checks.content_of(enrolment_id=enrolment_id, node_id=node_id, state=NodeState.DONE)
        return GivenEvent(id=id, occurred_at=START, kind="node", read=lambda: content)

    own, node = world.enrolment.id, world.road.nodes["a"].id
    events = await world.sync(
        "phone",
        [
            world.a_check("locked", "a", NodeState.LOCKED, at=START),
            moved("others", other.enrolment.id, node),
            moved("unknown", EnrolmentId(mint("enrolment")), node),
            moved("malformed", "enrolment_1\0", "node_1\ud800"),
            moved("other-road", own, other.road.nodes["a"].id),
            world.a_check("fine", "a", at=START),
        ],
    )

    assert [codes(event) for event in events] == [["INVALID_INPUT"], *[["NOT_FOUND"]] * 4, []]
    assert await states_of(world) == {"a": NodeState.DONE}
    assert await states_of(other) == {}
    assert stranger.id != world.user_id


async def test_only_so_many_events_wait(world: OfflineWorld) -> None:
    await world.sync("phone", [world.a_check(f"b{n}", "b", at=START) for n in range(MOST_WAITING)])

    events = await world.sync("phone", [world.a_check("more", "b", at=START)])
    opened = await world.sync("phone", [world.a_check("a", "a", at=START)])

    assert codes(events[0]) == ["TOO_MANY_WAITING_EVENTS"]
    assert statuses(opened) == [APPLIED]
    assert await states_of(world) == dict.fromkeys("ab", NodeState.DONE)


async def test_the_ids_of_events_are_known_for_a_week(world: OfflineWorld) -> None:
    check = world.a_check("a", "a", at=START)
    await world.sync("phone", [check])

    await world.work.offline_events.forget(before=START)
    known = await world.sync("phone", [check])
    await world.work.offline_events.forget(before=START + OFFLINE_EVENTS_KEPT)

    assert statuses(known) == [EventStatus.REPEATED]
    assert await world.work.offline_events.by_ids(["a"], user_id=world.user_id) == []


async def test_a_batch_has_one_device_with_a_well_formed_id(world: OfflineWorld) -> None:
    for device in ("", "a b", "x" * 101, "tel\u00e9phone", "phone\n"):
        with pytest.raises(InvalidInputError):
            await world.sync(device, [])
