"""What submitted attempts earn: XP with its reductions, and the streak."""

import asyncio

import pytest

from domain.content.question_kinds.table import QuestionKind
from domain.gamification import xp
from domain.unit_of_work import Meter
from tests.builders.attempts import right_answer
from tests.support.attempts import a_quiz_taker
from tests.support.schema_client import Asker


@pytest.mark.slow
async def test_repeats_on_one_day_earn_less_and_rested_questions_earn_again(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    earned = []
    for number in range(3):
        attempt_id = await taker.start_attempt(f"start {number}")
        await taker.answer_all(attempt_id)
        submitted = await taker.submit(attempt_id, f"submit {number}")
        earned.append({e["reason"]: e["amount"] for e in submitted["attempt"]["xpEntries"]})
        ask.clock.forward(minutes=11)
    ask.clock.forward(hours=25)
    attempt_id = await taker.start_attempt("next day")
    await taker.answer_all(attempt_id)
    next_day = await taker.submit(attempt_id, "next day")

    assert earned == [
        {"QUIZ": 50, "QUIZ_COMPLETION": 20, "QUIZ_PERFECT": 50},
        {"QUIZ": 0, "QUIZ_COMPLETION": 10, "QUIZ_PERFECT": 25},
        {"QUIZ": 0, "QUIZ_COMPLETION": 5, "QUIZ_PERFECT": 12},
    ]
    assert next_day["attempt"]["xpAwarded"] == 120


async def test_answers_faster_than_a_second_leave_the_awards_pending(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    for number, key in enumerate(taker.keys, start=1):
        ask.clock.forward(milliseconds=900)
        await taker.answer(attempt_id, number, right_answer(key))

    attempt = (await taker.submit(attempt_id))["attempt"]

    assert {e["status"] for e in attempt["xpEntries"]} == {"PENDING"}
    assert attempt["xpAwarded"] == 0 == await taker.total()


@pytest.mark.slow
async def test_concurrent_submits_of_many_quizzes_do_not_break_the_daily_cap(ask: Asker) -> None:
    takers = [await a_quiz_taker(ask, *[QuestionKind.TRUE_FALSE] * 20) for _ in range(6)]
    learner = takers[0].viewer
    started = []
    for number, taker in enumerate(takers):
        attempt_id = await taker.start_attempt(f"start {number}", viewer=learner)
        await taker.answer_all(attempt_id, viewer=learner)
        started.append((taker, attempt_id))

    await asyncio.gather(
        *(taker.submit(attempt_id, attempt_id, viewer=learner) for taker, attempt_id in started)
    )

    page = await ask.data(
        "{ viewer { xp(first: 100) { nodes { amount reason status explanation } } } }", learner
    )
    quiz = [e for e in page["viewer"]["xp"]["nodes"] if e["reason"].startswith("QUIZ")]
    assert len(quiz) == 18
    assert sum(e["amount"] for e in quiz) == 1_000
    assert any("CAPPED" in e["explanation"] and e["amount"] == 0 for e in quiz)
    async with ask.postgres.open_reads(Meter()) as reads:
        assert await xp.reconcile(reads.xp) == []


async def test_a_submitted_attempt_keeps_the_streak_and_an_empty_one_does_not(ask: Asker) -> None:
    taker, empty = await a_quiz_taker(ask), await a_quiz_taker(ask)
    attempt_id, nothing = await taker.start_attempt(), await empty.start_attempt()
    await taker.answer_all(attempt_id)

    await taker.submit(attempt_id)
    await empty.submit(nothing)

    mine = await ask.data("{ viewer { streak { current } } }", taker.viewer)
    theirs = await ask.data("{ viewer { streak { current } } }", empty.viewer)
    assert (mine["viewer"]["streak"]["current"], theirs["viewer"]["streak"]["current"]) == (1, 0)


async def test_attempts_on_both_sides_of_midnight_are_two_days_of_a_streak(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, time_limit=None)
    ask.clock.forward(hours=14, minutes=30)
    for number in range(3):
        attempt_id = await taker.start_attempt(f"start {number}")
        await taker.answer_all(attempt_id)
        await taker.submit(attempt_id, f"submit {number}")
        ask.clock.forward(minutes=40)

    data = await ask.data("{ viewer { streak { current } attempts { nodes { localDate } } } }", taker.viewer)

    dates = [node["localDate"] for node in data["viewer"]["attempts"]["nodes"]]
    assert dates == ["2026-03-03", "2026-03-03", "2026-03-02"]
    assert data["viewer"]["streak"]["current"] == 2


async def test_a_milestone_is_awarded_with_the_attempt_that_reaches_it(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, time_limit=None)
    earned = []
    for number in range(8):
        attempt_id = await taker.start_attempt(f"start {number}")
        await taker.answer_all(attempt_id, wrong=5)
        before = await taker.total()
        await taker.submit(attempt_id, f"submit {number}")
        earned.append(await taker.total() - before)
        ask.clock.forward(hours=24)

    assert earned == [0, 0, 0, 0, 0, 0, 50, 0]


async def test_the_local_date_is_the_learners_own(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    _, niue = await ask.learner(time_zone="Pacific/Niue")
    attempt_id = await taker.start_attempt(viewer=niue)
    await taker.answer_all(attempt_id, viewer=niue)

    await taker.submit(attempt_id, viewer=niue)

    data = await ask.data("{ viewer { attempts { nodes { localDate } } xp { nodes { localDate } } } }", niue)
    assert data["viewer"]["attempts"]["nodes"] == [{"localDate": "2026-03-01"}]
    assert {node["localDate"] for node in data["viewer"]["xp"]["nodes"]} == {"2026-03-01"}
