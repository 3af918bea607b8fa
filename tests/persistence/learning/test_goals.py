"""The store of goals."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.learning.goal_transitions import extended, moved
from domain.learning.goals import Goal, GoalKind, Goals, GoalState
from domain.paging import window
from persistence.stores import SqlWork
from tests.builders import a_user
from tests.builders.goals import MORNING, a_goal

ADA, BOB = a_user(handle="aiming_ada", email="aiming@example.org"), a_user()
S = GoalState
LATER = MORNING + timedelta(days=1)


@pytest.fixture
async def store(work: SqlWork) -> Goals:
    await work.users.add(ADA)
    await work.users.add(BOB)
    return work.goals


def by_ada(**values: Any) -> Goal:
    return a_goal(**{"owner_id": ADA.id} | values)


async def test_a_goal_comes_back_as_it_was_stored(store: Goals) -> None:
    goal = by_ada(kind=GoalKind.XP_TARGET, target_xp=500, deadline=LATER, description="Soon")
    await store.add(goal)

    assert await store.by_ids([goal.id], viewer_id=ADA.id, now=MORNING) == [goal]


async def test_another_learners_goal_is_not_there(store: Goals) -> None:
    goal = await store.add(by_ada())

    assert await store.by_ids([goal.id, goal.id], viewer_id=BOB.id, now=MORNING) == [None, None]
    assert await store.lock(goal.id, viewer_id=BOB.id, now=MORNING) is None
    assert await store.measures([goal.id], viewer_id=BOB.id) == [None]
    assert (await store.page(window(), viewer_id=BOB.id, state=None, now=MORNING)).nodes == []


async def test_an_active_goal_is_overdue_from_its_deadline_on(store: Goals) -> None:
    active = await store.add(by_ada(state=S.ACTIVE, deadline=LATER))
    paused = await store.add(by_ada(state=S.PAUSED, deadline=LATER))
    ids = [active.id, paused.id]

    before = await store.by_ids(ids, viewer_id=ADA.id, now=LATER - timedelta(microseconds=1))
    after = await store.by_ids(ids, viewer_id=ADA.id, now=LATER)

    assert [goal and goal.state for goal in before] == [S.ACTIVE, S.PAUSED]
    assert [goal and goal.state for goal in after] == [S.OVERDUE, S.PAUSED]


async def test_a_page_is_newest_first_and_of_one_state(store: Goals) -> None:
    goals = [
        await store.add(by_ada(state=state, deadline=LATER))
        for state in (S.ACTIVE, S.DRAFT, S.ACTIVE, S.ACTIVE)
    ]

    first = await store.page(window(first=2), viewer_id=ADA.id, state=S.OVERDUE, now=LATER)
    rest = await store.page(
        window(first=2, after=first.page_info.end_cursor), viewer_id=ADA.id, state=S.OVERDUE, now=LATER
    )
    active = await store.page(window(), viewer_id=ADA.id, state=S.ACTIVE, now=LATER)

    assert [goal.id for goal in first.nodes] == [goals[3].id, goals[2].id]
    assert [goal.id for goal in rest.nodes] == [goals[0].id]
    assert (first.page_info.has_next_page, rest.page_info.has_next_page) == (True, False)
    assert active.nodes == []


async def test_a_page_may_be_read_from_its_end(store: Goals) -> None:
    goals = [await store.add(by_ada()) for _ in range(3)]

    last = await store.page(window(last=2), viewer_id=ADA.id, state=None, now=MORNING)

    assert [goal.id for goal in last.nodes] == [goals[1].id, goals[0].id]
    assert last.page_info.has_previous_page


async def test_the_history_has_every_transition_newest_first(store: Goals) -> None:
    goal = await store.add(by_ada(deadline=LATER))
    for now, step in (
        (MORNING, lambda g: moved(g, S.ACTIVE, now=MORNING)),
        (LATER, lambda g: extended(g, LATER + timedelta(days=1), now=LATER)),
        (LATER, lambda g: moved(g, S.COMPLETED, now=LATER)),
    ):
        locked = await store.lock(goal.id, viewer_id=ADA.id, now=now)
        assert locked is not None
        move = step(locked)
        await store.change(move.goal)
        await store.add_transitions(move.transitions)

    (history,) = await store.history([goal.id], window(), viewer_id=ADA.id, now=LATER)

    assert [move.to_state for move in history.nodes] == [S.COMPLETED, S.ACTIVE, S.OVERDUE, S.ACTIVE]
    (others,) = await store.history([goal.id], window(), viewer_id=BOB.id, now=LATER)
    assert others.nodes == []


async def test_the_history_shows_a_passed_deadline_that_no_change_has_recorded(store: Goals) -> None:
    goal = await store.add(by_ada(deadline=LATER))
    move = moved(goal, S.ACTIVE, now=MORNING)
    await store.change(move.goal)
    await store.add_transitions(move.transitions)

    histories = await store.history([goal.id, goal.id], window(), viewer_id=ADA.id, now=LATER)

    shown = [[move.to_state for move in history.nodes] for history in histories]
    assert shown == [[S.OVERDUE, S.ACTIVE]] * 2
    assert histories[0].nodes[0].occurred_at == LATER


async def test_a_changed_overdue_goal_stays_overdue(store: Goals) -> None:
    goal = await store.add(by_ada(state=S.ACTIVE, deadline=LATER))
    locked = await store.lock(goal.id, viewer_id=ADA.id, now=LATER)
    assert locked is not None

    await store.change(replace(locked, title="Other", version=2))

    (read,) = await store.by_ids([goal.id], viewer_id=ADA.id, now=LATER)
    assert read is not None
    assert (read.title, read.version, read.state) == ("Other", 2, S.OVERDUE)


async def test_a_goal_is_removed_with_its_history(store: Goals) -> None:
    goal = await store.add(by_ada())
    await store.add_transitions(moved(goal, S.ACTIVE, now=MORNING).transitions)

    await store.remove(goal.id)

    assert await store.by_ids([goal.id], viewer_id=ADA.id, now=MORNING) == [None]
    (history,) = await store.history([goal.id], window(), viewer_id=ADA.id, now=MORNING)
    assert history.nodes == []


async def test_a_new_goal_has_gained_nothing(store: Goals) -> None:
    goal = await store.add(by_ada(kind=GoalKind.XP_TARGET, target_xp=100))

    (measure,) = await store.measures([goal.id], viewer_id=ADA.id)

    assert measure is not None
    assert (measure.xp_gained, measure.progress, measure.is_reached) == (0, 0.0, False)
