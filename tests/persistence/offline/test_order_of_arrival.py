"""Any split and any order of the events of two devices ends in the same state, on real Postgres."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.assessment import answer_saving
from domain.content.answers import Answer
from domain.ids import StudySessionId
from domain.learning import node_progress
from domain.learning.progress import NodeState
from domain.offline.events import GivenEvent
from domain.spaced_review import review_awards
from domain.spaced_review.review_log import Rating
from domain.study import study_answers
from persistence.stores import SqlWork
from tests.support.offline import OfflineWorld, an_offline_world
from tests.support.schema_client import START

HOURS = st.integers(0, 6).map(lambda n: timedelta(hours=11 * n))
"""Few times, so that events meet at the same one; on four local dates."""
ANSWERS = st.tuples(st.just("answer"), st.integers(1, 2), st.integers(1, 2), st.booleans(), HOURS)
STATES = st.sampled_from([*NodeState, *[NodeState.DONE] * 4])
"""Mostly DONE; LOCKED is refused."""
CHECKS = st.tuples(st.just("node"), st.sampled_from(["a", "a", "a", "b", "b", "c", "d", "e"]), STATES, HOURS)
STUDY = st.tuples(st.just("study"), st.sampled_from([True, False, None]), HOURS)
"""Each is the only answer to its slot, because the first that arrives is final."""
REVIEWS = st.tuples(st.just("review"), st.integers(0, 1), st.sampled_from(Rating), HOURS)
UNDOS = st.tuples(
    st.just("undo"),
    st.integers(0, 1),
    st.builds("{}-{}".format, st.sampled_from(["phone", "tablet"]), st.integers(0, 5)),
    HOURS,
)
EVENTS = st.lists(st.one_of(ANSWERS, CHECKS, CHECKS, STUDY, REVIEWS, REVIEWS, UNDOS), min_size=3, max_size=10)
Sessions = dict[str, StudySessionId]
"""The session of each study answer, by the id of the event."""


@dataclass
class Arrival:
    """A part of the events of one device, which comes at once."""

    device: str
    events: list[int]


@st.composite
def arrivals(draw: st.DrawFn, counts: dict[str, int]) -> list[Arrival]:
    """Split the events of each device, some of them sent twice, and shuffle the parts of both."""
    parts = []
    for device, count in counts.items():
        again = draw(st.lists(st.integers(0, count - 1), max_size=2))
        order = draw(st.permutations([*range(count), *again]))
        cuts = sorted(draw(st.sets(st.integers(1, len(order)), max_size=3)))
        parts += [
            Arrival(device, order[begin:end])
            for begin, end in zip([0, *cuts], [*cuts, len(order)], strict=True)
        ]
    return draw(st.permutations(parts))


def event_of(world: OfflineWorld, sessions: Sessions, name: str, drawn: tuple[Any, ...]) -> GivenEvent:
    kind, *what, before = drawn
    at = START - before
    if kind == "answer":
        return world.an_answer(name, slot=what[0], seq=what[1], truth=what[2], at=at)
    if kind == "study":
        return world.a_study_answer(name, sessions[name], truth=what[0], at=at)
    if kind == "review":
        return world.a_review(name, what[0], what[1], at=at)
    if kind == "undo":
        return world.an_undo(name, what[1], what[0], at=at)
    return world.a_check(name, what[0], what[1], at=at)


async def sessions_for(world: OfflineWorld, drawn: dict[str, list[tuple[Any, ...]]]) -> Sessions:
    return {
        f"{device}-{number}": await world.a_session(START - event[-1])
        for device, events in drawn.items()
        for number, event in enumerate(events)
        if event[0] == "study"
    }


async def play(
    world: OfflineWorld,
    sessions: Sessions,
    parts: list[Arrival],
    drawn: dict[str, list[tuple[Any, ...]]],
) -> dict[str, Any]:
    for minute, part in enumerate(parts):
        events = [
            event_of(world, sessions, f"{part.device}-{number}", drawn[part.device][number])
            for number in part.events
        ]
        await world.sync(part.device, events, now=START + timedelta(minutes=minute))
    return await world.state()


async def use_it_online(world: OfflineWorld) -> None:
    """Answer a slot, and finish a node, at a time between those of the events."""
    act = world.act(START - timedelta(hours=30))
    await answer_saving.answer(
        world.work, act, attempt_id=world.attempt.id, slot=1, given=Answer(truth=False), client_seq=2
    )
    await node_progress.set_state(
        world.work,
        act,
        enrolment_id=world.enrolment.id,
        node_id=world.road.nodes["e"].id,
        state=NodeState.DONE,
    )


@contextmanager
def few_make_a_day(*, undone: bool) -> Iterator[None]:
    """Let two answers or reviews make a day of the streak; no reviews where some are taken back, as on the page."""
    with (
        patch.object(study_answers, "STREAK_ANSWERS", 2),
        patch.object(review_awards, "QUALIFYING_REVIEWS", 100 if undone else 2),
    ):
        yield


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data(), phone=EVENTS, tablet=EVENTS)
async def test_any_split_and_order_of_two_devices_ends_in_the_same_state(
    work: SqlWork, data: st.DataObject, phone: list[tuple[Any, ...]], tablet: list[tuple[Any, ...]]
) -> None:
    drawn = {"phone": phone, "tablet": tablet}
    counts = {device: len(events) for device, events in drawn.items()}
    known = data.draw(st.sets(st.sampled_from(list(drawn))))
    in_order = [Arrival(device, list(range(count))) for device, count in counts.items()]
    shuffled = data.draw(arrivals(counts))

    async def compare() -> tuple[dict[str, Any], dict[str, Any]]:
        world = await an_offline_world(work, devices=sorted(known))
        await use_it_online(world)
        sessions = await sessions_for(world, drawn)
        return (
            await world.undone(lambda: play(world, sessions, in_order, drawn)),
            await world.undone(lambda: play(world, sessions, shuffled, drawn)),
        )

    transaction = work.connection.raw.transaction()
    await transaction.start()
    try:
        with few_make_a_day(undone=any(event[0] == "undo" for event in [*phone, *tablet])):
            expected, found = await compare()
    finally:
        await transaction.rollback()
    assert found == expected
