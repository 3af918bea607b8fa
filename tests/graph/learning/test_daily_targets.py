"""Daily targets through the schema."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.accounts.users import Viewer
from domain.gamification.xp import XpReason
from domain.ids import UserId
from domain.learning.progress_checks import progress_signal
from domain.unit_of_work import Meter
from tests.support.attempts import a_quiz_taker
from tests.support.progress import REMOVE, check_progress, earn, set_target, targets_of
from tests.support.schema_client import Asker

STREAK = "{ viewer { streak { current } xp { nodes { amount reason explanation source { type id } } } } }"


async def xp_of_targets(ask: Asker, viewer: Viewer) -> list[dict[str, Any]]:
    nodes = (await ask.data(STREAK, viewer))["viewer"]["xp"]["nodes"]
    return [node for node in nodes if node["reason"] == "DAILY_TARGET"]


async def test_a_target_shows_how_much_is_done(ask: Asker) -> None:
    _, viewer = await ask.learner()
    payload = await set_target(ask, viewer, "DAILY_XP", 30)

    await earn(ask, viewer, 15)

    assert payload["viewer"] == {"dailyTargets": [{"kind": "DAILY_XP"}]}
    assert await targets_of(ask, viewer) == [
        {
            "kind": "DAILY_XP",
            "target": 30,
            "nextTarget": None,
            "done": 15,
            "percentage": 50,
            "reached": False,
            "reachedAt": None,
            "date": "2026-03-02",
            "endsAt": "2026-03-03T00:00:00.000Z",
            "streak": 0,
            "longestStreak": 0,
            "history": {"nodes": []},
        }
    ]


async def test_answers_and_minutes_at_quizzes_of_others_count(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, time_limit=None)
    for kind in ("DAILY_QUESTIONS", "DAILY_MINUTES"):
        await set_target(ask, taker.viewer, kind, 5)
    attempt_id = await taker.start_attempt()
    ask.clock.forward(minutes=1)
    await taker.answer_all(attempt_id, wrong=2)
    ask.clock.forward(hours=1)  # five answers count for 25 minutes at most
    await taker.submit(attempt_id)

    found = {target["kind"]: target for target in await targets_of(ask, taker.viewer)}

    assert found["DAILY_QUESTIONS"]["done"] == 5
    assert found["DAILY_QUESTIONS"]["reached"]
    assert (found["DAILY_MINUTES"]["done"], found["DAILY_MINUTES"]["percentage"]) == (25, 100)


async def test_an_own_quiz_counts_for_no_target(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    author = replace(taker.viewer, user_id=UserId(str(taker.quiz.author_id)))
    await set_target(ask, author, "DAILY_QUESTIONS", 5)

    attempt_id = await taker.start_attempt(viewer=author)
    await taker.answer_all(attempt_id, viewer=author)
    await taker.submit(attempt_id, viewer=author)

    assert [target["done"] for target in await targets_of(ask, author)] == [0]


async def test_a_reached_target_pays_once_a_date_and_counts_for_the_streak(ask: Asker) -> None:
    _, viewer = await ask.learner()
    await set_target(ask, viewer, "DAILY_XP", 30)

    for _ in range(3):
        await earn(ask, viewer, 30)
        await check_progress(ask)

    (entry,) = await xp_of_targets(ask, viewer)
    assert (entry["amount"], entry["source"]) == (
        20,
        {"type": "daily_target", "id": "DAILY_XP:2026-03-02"},
    )
    assert "30 XP on 2026-03-02" in entry["explanation"]
    assert (await ask.data(STREAK, viewer))["viewer"]["streak"]["current"] == 1
    (target,) = await targets_of(ask, viewer)
    assert (target["streak"], target["reachedAt"]) == (1, "2026-03-02T09:00:00.000Z")


async def test_checks_at_once_pay_once(ask: Asker) -> None:
    _, viewer = await ask.learner()
    await set_target(ask, viewer, "DAILY_XP", 30)
    await earn(ask, viewer, 30)

    await asyncio.gather(*(check_progress(ask) for _ in range(6)))

    assert len(await xp_of_targets(ask, viewer)) == 1


async def test_each_target_has_its_own_streak(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    await set_target(ask, taker.viewer, "DAILY_XP", 20)
    await set_target(ask, taker.viewer, "DAILY_QUESTIONS", 5)
    for _ in range(2):
        await earn(ask, taker.viewer, 20)
        await check_progress(ask)
        ask.clock.forward(days=1)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id, wrong=5)
    await taker.submit(attempt_id)
    await check_progress(ask)

    found = await targets_of(ask, taker.viewer)

    assert [(target["kind"], target["streak"], target["longestStreak"]) for target in found] == [
        ("DAILY_QUESTIONS", 1, 1),
        ("DAILY_XP", 2, 2),
    ]
    dates = [day["date"] for day in found[1]["history"]["nodes"]]
    assert dates == ["2026-03-03", "2026-03-02"]


async def test_raising_applies_today_and_lowering_tomorrow(ask: Asker) -> None:
    _, viewer = await ask.learner()
    await set_target(ask, viewer, "DAILY_XP", 30)

    raised = (await set_target(ask, viewer, "DAILY_XP", 50))["dailyTarget"]
    lowered = (await set_target(ask, viewer, "DAILY_XP", 20))["dailyTarget"]
    ask.clock.forward(days=1)
    (next_day,) = await targets_of(ask, viewer)

    assert (raised["target"], raised["nextTarget"]) == (50, None)
    assert (lowered["target"], lowered["nextTarget"]) == (50, 20)
    assert (next_day["target"], next_day["nextTarget"]) == (20, None)


async def test_raising_a_target_that_was_reached_takes_nothing_back(ask: Asker) -> None:
    _, viewer = await ask.learner()
    await set_target(ask, viewer, "DAILY_XP", 30)
    await earn(ask, viewer, 30)
    await check_progress(ask)

    raised = (await set_target(ask, viewer, "DAILY_XP", 60))["dailyTarget"]

    assert (raised["percentage"], raised["reached"], raised["streak"]) == (50, True, 1)


async def test_removing_a_target_and_setting_it_anew_lowers_nothing_today(ask: Asker) -> None:
    _, viewer = await ask.learner()
    await set_target(ask, viewer, "DAILY_XP", 500)
    await earn(ask, viewer, 40)

    removed = (await ask.data(REMOVE, viewer, input={"kind": "DAILY_XP"}))["removeDailyTarget"]
    gone = await targets_of(ask, viewer)
    anew = (await set_target(ask, viewer, "DAILY_XP", 40))["dailyTarget"]
    await check_progress(ask)

    assert (removed["dailyTarget"]["target"], removed["userErrors"]) == (500, [])
    assert gone == []
    assert (anew["target"], anew["nextTarget"]) == (500, 40)
    assert await xp_of_targets(ask, viewer) == []


async def test_a_removed_target_pays_nothing(ask: Asker) -> None:
    _, viewer = await ask.learner()
    await set_target(ask, viewer, "DAILY_XP", 30)
    await ask.data(REMOVE, viewer, input={"kind": "DAILY_XP"})

    await earn(ask, viewer, 30)
    await check_progress(ask)

    assert await xp_of_targets(ask, viewer) == []


async def test_the_day_is_that_of_the_learners_zone_and_start_of_the_day(ask: Asker) -> None:
    user, viewer = await ask.learner()
    async with ask.postgres.open_work(Meter()) as work:
        await work.users.update_locality(
            user.id, time_zone="America/New_York", day_start_hour=5, now=ask.clock() - timedelta(days=9)
        )
    ask.clock.forward(minutes=59)  # 04:59 on the wall

    await set_target(ask, viewer, "DAILY_XP", 30)
    (before,) = await targets_of(ask, viewer)
    ask.clock.forward(minutes=1)
    (after,) = await targets_of(ask, viewer)

    assert (before["date"], before["endsAt"]) == ("2026-03-01", "2026-03-02T10:00:00.000Z")
    assert after["date"] == "2026-03-02"


async def test_what_counts_late_still_reaches_the_target_of_its_date(ask: Asker) -> None:
    _, viewer = await ask.learner()
    await set_target(ask, viewer, "DAILY_XP", 30)
    await check_progress(ask)
    on_monday, monday = ask.clock(), ask.clock().date()
    ask.clock.forward(days=3)

    await earn(ask, viewer, 30, occurred_at=on_monday, local_date=monday)
    await earn(
        ask, viewer, 90, occurred_at=on_monday - timedelta(days=1), local_date=monday - timedelta(days=1)
    )
    await check_progress(ask)

    (entry,) = await xp_of_targets(ask, viewer)
    assert entry["source"]["id"] == "DAILY_XP:2026-03-02"


async def test_xp_of_targets_and_milestones_reaches_no_target(ask: Asker) -> None:
    _, viewer = await ask.learner()
    await set_target(ask, viewer, "DAILY_XP", 20)
    for reason in (XpReason.STREAK_MILESTONE, XpReason.GOAL_COMPLETED, XpReason.ADJUSTMENT):
        await earn(ask, viewer, 500, reason=reason)

    await check_progress(ask)

    assert await xp_of_targets(ask, viewer) == []


@pytest.mark.parametrize(
    ("kind", "target"),
    [("DAILY_XP", 19), ("DAILY_XP", 1_001), ("DAILY_QUESTIONS", 0), ("DAILY_MINUTES", -7)],
)
async def test_a_target_out_of_bounds_names_its_field(ask: Asker, kind: str, target: int) -> None:
    _, viewer = await ask.learner()

    payload = await set_target(ask, viewer, kind, target)

    assert [error["field"] for error in payload["userErrors"]] == ["target"]
    assert await targets_of(ask, viewer) == []


async def test_a_target_that_is_not_there_is_not_removed(ask: Asker) -> None:
    _, viewer = await ask.learner()

    payload = (await ask.data(REMOVE, viewer, input={"kind": "DAILY_XP"}))["removeDailyTarget"]

    assert [(error["__typename"], error["field"]) for error in payload["userErrors"]] == [
        ("NotFound", "kind")
    ]


async def test_the_stream_of_progress_follows_targets_and_goals(ask: Asker) -> None:
    _, viewer = await ask.learner()
    await set_target(ask, viewer, "DAILY_XP", 40)
    await check_progress(ask)
    stream = await ask.stream("subscription { viewerProgress { dailyTargets { done reached } } }", viewer)

    shown = [await anext(stream)]
    await earn(ask, viewer, 10)
    await check_progress(ask)
    shown.append(await anext(stream))
    await stream.aclose()

    targets = [event["data"]["viewerProgress"]["dailyTargets"] for event in shown]
    assert targets == [[{"done": 0, "reached": False}], [{"done": 10, "reached": False}]]


async def test_the_stream_of_progress_says_nothing_while_nothing_changes(ask: Asker) -> None:
    _, viewer = await ask.learner()
    await set_target(ask, viewer, "DAILY_XP", 40)
    await check_progress(ask)
    stream = await ask.stream("subscription { viewerProgress { dailyTargets { done } } }", viewer)
    await anext(stream)
    following = asyncio.ensure_future(anext(stream))

    for _ in range(3):
        await ask.ports.signals.publish([progress_signal(viewer.user_id)])
        await asyncio.sleep(0)
    waited, _ = await asyncio.wait([following], timeout=0.3)
    await earn(ask, viewer, 10)
    await check_progress(ask)

    assert waited == set()
    assert (await following)["data"] == {"viewerProgress": {"dailyTargets": [{"done": 10}]}}
    await stream.aclose()


async def test_another_learners_targets_are_not_there(ask: Asker) -> None:
    _, viewer = await ask.learner()
    _, other = await ask.learner()
    await set_target(ask, viewer, "DAILY_XP", 40)

    assert await targets_of(ask, other) == []
