"""The loop of progress checks: it pays and completes, and a check that fails stops no other."""

import asyncio
from typing import Any

import pytest

from domain.accounts.users import Viewer
from domain.learning import goal_completion
from domain.unit_of_work import Meter
from gateway.jobs import progress_checks
from tests.support.goals import GOAL_BY_ID, active_goal
from tests.support.patience import PATIENCE_S
from tests.support.progress import earn, set_target, targets_of
from tests.support.schema_client import Asker


def raising(error: Exception, _seconds: float) -> None:
    raise error


async def aiming(ask: Asker) -> Viewer:
    _, viewer = await ask.learner()
    await set_target(ask, viewer, "DAILY_XP", 30)
    return viewer


async def is_paid(ask: Asker, viewer: Viewer) -> bool:
    (target,) = await targets_of(ask, viewer)
    reached: bool = target["reachedAt"] is not None
    return reached


async def test_the_loop_pays_targets_and_completes_goals(ask: Asker) -> None:
    viewer = await aiming(ask)
    goal = await active_goal(ask, viewer, kind="XP_TARGET", targetXp=30)
    loop = asyncio.create_task(progress_checks.run(ask.ports, raising))

    await earn(ask, viewer, 30)

    async def state() -> Any:
        return (await ask.data(GOAL_BY_ID, viewer, id=goal["id"]))["goal"]["state"]

    async with asyncio.timeout(PATIENCE_S):
        while not await is_paid(ask, viewer) or await state() != "COMPLETED":
            await asyncio.sleep(0.02)
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


async def test_a_check_that_fails_is_postponed_and_the_others_go_on(
    ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, fine = await aiming(ask), await aiming(ask)
    await progress_checks.once(ask.ports, raising)
    for viewer in (broken, fine):
        await earn(ask, viewer, 30)
    check = goal_completion.check

    async def failing(work: Any, act: Any, user_id: Any) -> bool:
        if user_id == broken.user_id:
            raise LookupError("a defect")
        return await check(work, act, user_id)

    monkeypatch.setattr(goal_completion, "check", failing)
    failures: list[Exception] = []
    await progress_checks.once(ask.ports, lambda error, _: failures.append(error))
    monkeypatch.undo()

    assert [type(failure) for failure in failures] == [LookupError]
    assert [await is_paid(ask, viewer) for viewer in (broken, fine)] == [False, True]
    await progress_checks.once(ask.ports, raising)
    assert not await is_paid(ask, broken)
    ask.clock.forward(minutes=5)
    await progress_checks.once(ask.ports, raising)
    assert await is_paid(ask, broken)


async def test_without_a_check_one_read_is_all(ask: Asker) -> None:
    await ask.learner()

    assert await progress_checks.once(ask.ports, raising) == 0
    async with ask.postgres.open_reads(Meter()) as reads:
        assert await reads.progress_checks.waiting(now=ask.clock(), limit=9) == []
