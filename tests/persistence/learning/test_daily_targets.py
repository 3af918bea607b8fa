"""The store of daily targets, and the queue of learners whose progress is to be looked at."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from domain.gamification import xp
from domain.gamification.xp import XpReason, XpStatus
from domain.learning.daily_targets import DailyKind, DailyTargets, DayCount, TargetChange, TargetDay
from domain.learning.goals import GoalKind, GoalState
from domain.paging import window
from persistence.stores import SqlWork
from tests.builders import a_user, mint
from tests.builders.goals import MORNING, a_goal
from tests.builders.xp import NOON, an_award

ADA, BOB = a_user(handle="daily_ada", email="daily@example.org"), a_user()
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
XP, QUESTIONS = DailyKind.DAILY_XP, DailyKind.DAILY_QUESTIONS


@pytest.fixture
async def store(work: SqlWork) -> DailyTargets:
    await work.users.add(ADA)
    await work.users.add(BOB)
    return work.daily_targets


def from_on(days: int, target: int, **values: Any) -> TargetChange:
    return TargetChange(
        **{"kind": XP, "from_date": TODAY + days * DAY, "target": target, "removed": False} | values
    )


def a_day(days_ago: int, kind: DailyKind = XP) -> TargetDay:
    return TargetDay(
        kind=kind, local_date=TODAY - days_ago * DAY, target=30, reached_at=NOON, time_zone="Asia/Tokyo"
    )


def _place(change: TargetChange) -> tuple[str, date]:
    return change.kind.value, change.from_date


async def test_the_changes_that_decide_from_a_date_on_come_back(store: DailyTargets) -> None:
    for change in (from_on(-9, 10), from_on(-5, 20), from_on(-2, 30), from_on(1, 25)):
        await store.save(ADA.id, change)
    await store.save(ADA.id, from_on(-1, 5, kind=QUESTIONS))
    await store.save(BOB.id, from_on(-1, 99))

    found = await store.standing(ADA.id, first=TODAY - 3 * DAY, last=TODAY)

    assert sorted(found.changes, key=_place) == [
        from_on(-1, 5, kind=QUESTIONS),
        from_on(-5, 20),
        from_on(-2, 30),
        from_on(1, 25),
    ]


async def test_a_change_takes_the_place_of_its_date_and_of_later_ones(store: DailyTargets) -> None:
    for change in (
        from_on(0, 30),
        from_on(1, 20),
        from_on(1, 40, kind=QUESTIONS),
        from_on(0, 50, removed=True),
    ):
        await store.save(ADA.id, change)

    found = await store.standing(ADA.id, first=TODAY, last=TODAY)
    assert sorted(found.changes, key=_place) == [
        from_on(1, 40, kind=QUESTIONS),
        from_on(0, 50, removed=True),
    ]


async def test_settled_xp_of_quizzes_and_nodes_counts_on_its_date(store: DailyTargets, work: SqlWork) -> None:
    given = [
        an_award(ADA.id, amount=10),
        an_award(ADA.id, amount=25, reason=XpReason.NODE_COMPLETED, occurred_at=NOON + DAY / 24),
        an_award(ADA.id, amount=500, status=XpStatus.PENDING),
        an_award(ADA.id, amount=100, reason=XpReason.GOAL_COMPLETED),
        an_award(ADA.id, amount=7, local_date=TODAY - DAY),
        an_award(ADA.id, amount=3, local_date=TODAY - 2 * DAY),
        an_award(BOB.id, amount=1_000),
    ]
    await xp.award(work.xp, given, mint=mint, emit=lambda _: None)

    found = await store.standing(ADA.id, first=TODAY - DAY, last=TODAY)

    assert sorted(found.counts, key=lambda each: each.local_date) == [
        DayCount(kind=XP, local_date=TODAY - DAY, done=7, last_at=NOON),
        DayCount(kind=XP, local_date=TODAY, done=35, last_at=NOON + DAY / 24),
    ]


async def test_a_date_is_reached_once(store: DailyTargets) -> None:
    assert await store.reach(ADA.id, a_day(0))
    assert not await store.reach(ADA.id, replace(a_day(0), target=99))
    assert await store.reach(ADA.id, a_day(0, QUESTIONS))
    assert await store.reach(ADA.id, a_day(3))

    today = await store.standing(ADA.id, first=TODAY, last=TODAY)
    assert sorted(today.days, key=lambda day: day.kind.value) == [a_day(0, QUESTIONS), a_day(0)]
    assert [day.local_date for day in await store.days(ADA.id)] == [TODAY - 3 * DAY, TODAY, TODAY]
    assert await store.days(BOB.id) == []


async def test_the_history_is_paged_newest_first(store: DailyTargets) -> None:
    for ago in (5, 1, 3):
        await store.reach(ADA.id, a_day(ago))
    await store.reach(ADA.id, a_day(2, QUESTIONS))
    kinds = [XP.value, QUESTIONS.value]

    first, questions = await store.history(ADA.id, kinds, window(first=2))
    (rest,) = await store.history(ADA.id, kinds[:1], window(first=2, after=first.page_info.end_cursor))

    assert first.nodes == [a_day(1), a_day(3)]
    assert (first.page_info.has_next_page, questions.nodes) == (True, [a_day(2, QUESTIONS)])
    assert (rest.nodes, rest.page_info.has_next_page) == ([a_day(5)], False)


async def test_xp_notes_the_learners_with_a_target_or_a_goal_that_completes_by_itself(
    store: DailyTargets, work: SqlWork
) -> None:
    cy, di, eve = [await work.users.add(a_user()) for _ in range(3)]
    await store.save(ADA.id, from_on(0, 30))
    await work.goals.add(
        a_goal(owner_id=BOB.id, kind=GoalKind.XP_TARGET, target_xp=9, state=GoalState.ACTIVE)
    )
    await work.goals.add(a_goal(owner_id=cy.id, state=GoalState.ACTIVE))
    await work.goals.add(a_goal(owner_id=di.id, kind=GoalKind.XP_TARGET, target_xp=9, state=GoalState.DRAFT))

    awards = [an_award(user.id) for user in (BOB, ADA, cy, di, eve)] + [an_award(ADA.id)]
    await xp.award(work.xp, awards, mint=mint, emit=lambda _: None)

    assert sorted(await work.progress_checks.waiting(now=MORNING, limit=9)) == sorted([ADA.id, BOB.id])


async def test_a_check_is_taken_once_and_one_that_failed_waits(store: DailyTargets, work: SqlWork) -> None:
    checks = work.progress_checks
    for user in (BOB, ADA, BOB):
        await checks.note(user.id)

    await checks.postpone(BOB.id, until=MORNING + DAY)

    assert await checks.waiting(now=MORNING, limit=9) == [ADA.id]
    assert await checks.waiting(now=MORNING + DAY, limit=9) == [BOB.id, ADA.id]
    assert await checks.waiting(now=MORNING + DAY, limit=1) == [BOB.id]
    assert [await checks.take(BOB.id) for _ in range(2)] == [True, False]
    assert await checks.waiting(now=MORNING + DAY, limit=9) == [ADA.id]
