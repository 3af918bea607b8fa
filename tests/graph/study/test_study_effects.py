"""What follows from studying: days of the streak, daily targets and time; neither XP nor scores."""

from dataclasses import replace
from typing import Any

from domain.accounts.users import Viewer
from tests.support.progress import check_progress, set_target, targets_of
from tests.support.schema_client import Asker, viewer_of
from tests.support.study import Studier, a_studier

VIEWER = """{ viewer { user { xpTotal } xp { nodes { reason amount } }
  streak { current calendar(from: "2026-03-02", to: "2026-03-02") { state explanation } }
  analytics { performance(period: D7) { summary { totalQuizzes } } domainPerformance { attempts } }
  dashboard { totalQuizzes timeSpent recentActivities { kind summary } }
  attempts { nodes { id } } } }"""


async def state(ask: Asker, viewer: Viewer) -> Any:
    return (await ask.data(VIEWER, viewer))["viewer"]


async def done(ask: Asker, studier: Studier) -> dict[str, int]:
    return {target["kind"]: target["done"] for target in await targets_of(ask, studier.viewer)}


async def test_studying_earns_nothing_and_counts_in_no_score(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()

    await studier.study(session_id, 10)

    found = await state(ask, studier.viewer)
    assert found["user"]["xpTotal"] == 0
    assert found["xp"]["nodes"] == found["attempts"]["nodes"] == []
    assert found["analytics"]["performance"]["summary"]["totalQuizzes"] == 0
    assert found["analytics"]["domainPerformance"] == []
    assert found["dashboard"]["totalQuizzes"] == 0


async def test_five_answers_on_a_date_count_for_the_streak_once(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    await studier.study(session_id, 4)
    await studier.next(session_id)
    await studier.answer(session_id, 5, None)
    before = await state(ask, studier.viewer)

    await studier.study(await studier.started("another"), 3)

    after = await state(ask, studier.viewer)
    assert before["streak"]["current"] == 0
    assert before["streak"]["calendar"][0]["state"] == "OPEN"
    assert after["streak"]["current"] == 1
    assert after["streak"]["calendar"] == [
        {"state": "DONE", "explanation": "1 activity: day 1 of the streak."}
    ]
    assert after["dashboard"]["recentActivities"] == [
        {"kind": "STUDY", "summary": "Answered 5 questions in study mode"}
    ]


async def test_answers_of_two_dates_are_not_counted_together(ask: Asker) -> None:
    studier = await a_studier(ask)
    ask.clock.forward(hours=14)
    session_id = await studier.started()
    await studier.study(session_id, 4)
    ask.clock.forward(hours=1.5)

    await studier.study(session_id, 4)

    assert (await state(ask, studier.viewer))["streak"]["current"] == 0


async def test_a_week_of_studying_gives_the_milestone_of_the_streak(ask: Asker) -> None:
    studier = await a_studier(ask)
    for day in range(7):
        await studier.study(await studier.started(f"day {day}"), 5)
        ask.clock.forward(days=1)

    entries = (await state(ask, studier.viewer))["xp"]["nodes"]

    assert entries == [{"reason": "STREAK_MILESTONE", "amount": 50}]


async def test_questions_and_minutes_count_for_daily_targets(ask: Asker) -> None:
    studier = await a_studier(ask)
    for kind, target in (("DAILY_QUESTIONS", 5), ("DAILY_MINUTES", 10), ("DAILY_XP", 20)):
        await set_target(ask, studier.viewer, kind, target)
    session_id = await studier.started()
    await studier.study(session_id, 4, seconds=90)
    before = await done(ask, studier)
    await studier.study(session_id, 1, seconds=600)  # a pause counts as five minutes

    after = await done(ask, studier)
    await check_progress(ask)

    assert before == {"DAILY_QUESTIONS": 4, "DAILY_XP": 0, "DAILY_MINUTES": 6}
    assert after == {"DAILY_QUESTIONS": 5, "DAILY_XP": 0, "DAILY_MINUTES": 11}
    entries = (await state(ask, studier.viewer))["xp"]["nodes"]
    assert entries == [{"reason": "DAILY_TARGET", "amount": 20}] * 2


async def test_a_question_counts_once_a_date_for_a_target_and_skipping_does_not(ask: Asker) -> None:
    studier = await a_studier(ask)
    await set_target(ask, studier.viewer, "DAILY_QUESTIONS", 10)
    session_id = await studier.started()

    await studier.study(session_id, 8)
    await studier.next(session_id)
    await studier.answer(session_id, 9, None)

    assert await done(ask, studier) == {"DAILY_QUESTIONS": 5}


async def test_own_questions_count_for_no_target(ask: Asker) -> None:
    studier = await a_studier(ask)
    author = viewer_of(studier.taker.quiz.author_id)
    own = Studier(replace(studier.taker, viewer=author), studier.code)
    await set_target(ask, author, "DAILY_QUESTIONS", 5)

    await own.study(await own.started(), 5)

    assert await done(ask, own) == {"DAILY_QUESTIONS": 0}
    assert (await state(ask, author))["streak"]["current"] == 1


async def test_a_check_of_progress_is_noted_for_learners_with_a_target_alone(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    await studier.study(session_id, 1)
    without = await check_progress(ask)
    await set_target(ask, studier.viewer, "DAILY_QUESTIONS", 5)
    await check_progress(ask)

    await studier.study(session_id, 1)

    assert without == []
    assert await check_progress(ask) == [studier.viewer.user_id]


async def test_the_dashboard_has_the_time_of_sessions(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    await studier.study(session_id, 2, seconds=60)

    await studier.end(session_id)

    assert (await state(ask, studier.viewer))["dashboard"]["timeSpent"] == "PT120S"
