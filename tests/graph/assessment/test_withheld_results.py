"""Withheld results: a twin of an open attempt is graded when that one has ended, as if it had been graded at once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.accounts.users import Role
from domain.assessment import attempt_expiry
from domain.content.quizzes import Feedback
from domain.gamification import xp
from domain.unit_of_work import Meter
from tests.builders.attempts import right_answer
from tests.builders.roadmaps import a_file, a_quiz_node
from tests.support.attempts import QuizTaker, a_quiz_taker, a_twin_of
from tests.support.clients.roadmaps import enrol, nodes_by_title, publish_file
from tests.support.schema_client import Asker, viewer_of

WITHHELD_BY = "query ($id: ID!) { attempt(id: $id) { state localDate withheldBy { id } } }"
STREAK = """{ viewer { streak { state current } xp { nodes { reason occurredAt amount } } dashboard {
  totalQuizzes recentActivities { summary } } } }"""
CALENDAR = '{ viewer { streak { calendar(from: "2026-03-01", to: "2026-03-10") { date state } } } }'


async def twins(ask: Asker, count: int | None = None, **values: Any) -> tuple[QuizTaker, QuizTaker]:
    """Return a learner at a quiz, and at a twin of it of its first `count` questions."""
    taker = await a_quiz_taker(ask, **({"time_limit": None} | values))
    return taker, await a_twin_of(taker, count)


async def both_open(taker: QuizTaker, twin: QuizTaker) -> tuple[str, str]:
    return await taker.start_attempt("open"), await twin.start_attempt("twin")


async def learner(taker: QuizTaker) -> Any:
    return (await taker.ask.data(STREAK, taker.viewer))["viewer"]


def result(attempt: Any) -> tuple[Any, ...]:
    return attempt["state"], attempt["score"], attempt["passed"], attempt["xpAwarded"]


async def test_a_result_waits_until_the_open_attempt_is_submitted(ask: Asker) -> None:
    taker, twin = await twins(ask, 1)
    open_id, twin_id = await both_open(taker, twin)
    await twin.answer_all(twin_id)
    submitted_at = ask.clock()

    payload = await twin.submit(twin_id)
    during = (await ask.data(WITHHELD_BY, taker.viewer, id=twin_id))["attempt"]
    ask.clock.forward(days=2)
    await taker.submit(open_id, "end")
    after = await twin.read(twin_id)
    entries = (await learner(taker))["xp"]["nodes"]

    assert payload["userErrors"] == []
    assert result(payload["attempt"]) == ("SUBMITTED", None, None, 0)
    assert (payload["attempt"]["review"], payload["attempt"]["xpEntries"]) == (None, [])
    assert during == {"state": "SUBMITTED", "localDate": "2026-03-02", "withheldBy": {"id": open_id}}
    assert after is not None
    assert result(after) == ("GRADED", 100.0, True, 30)
    assert after["finishedAt"] == payload["attempt"]["finishedAt"]
    assert {e["occurredAt"] for e in entries} == {submitted_at.isoformat(timespec="milliseconds")[:-6] + "Z"}
    assert (await ask.data(WITHHELD_BY, taker.viewer, id=twin_id))["attempt"]["withheldBy"] is None


async def test_the_streak_counts_the_day_at_once_and_keeps_it(ask: Asker) -> None:
    taker, twin = await twins(ask)
    open_id, twin_id = await both_open(taker, twin)
    await twin.answer_all(twin_id)
    await twin.submit(twin_id)
    during = await learner(taker)
    ask.clock.forward(days=5)

    await taker.abandon(open_id)

    assert during["streak"] == {"state": "ACTIVE", "current": 1}
    assert during["dashboard"] == {
        "totalQuizzes": 0,
        "recentActivities": [{"summary": f"Took the quiz {twin.quiz.title}"}],
    }
    after = await learner(taker)
    assert after["dashboard"] == {
        "totalQuizzes": 1,
        "recentActivities": [{"summary": f"Took the quiz {twin.quiz.title}: 100.0 %"}],
    }
    days = (await ask.data(CALENDAR, taker.viewer))["viewer"]["streak"]["calendar"]
    assert [day["date"] for day in days if day["state"] == "DONE"] == ["2026-03-02"]


async def test_a_milestone_is_reached_by_a_withheld_attempt_once(ask: Asker) -> None:
    taker, twin = await twins(ask)
    open_id = await taker.start_attempt("open")
    for day in range(7):
        twin_id = await twin.start_attempt(f"twin {day}")
        await twin.answer(twin_id, 1, right_answer(twin.keys[0]))
        await twin.submit(twin_id, f"submit {day}")
        ask.clock.forward(days=1)
    during = [e for e in (await learner(taker))["xp"]["nodes"] if e["reason"] == "STREAK_MILESTONE"]

    await taker.abandon(open_id)

    entries = (await learner(taker))["xp"]["nodes"]
    assert [e["amount"] for e in during] == [50]
    assert [e for e in entries if e["reason"] == "STREAK_MILESTONE"] == during
    assert len(entries) == 8


@pytest.mark.parametrize("by", ["submit", "abandon", "read", "sweeper", "start"])
async def test_whatever_ends_the_open_attempt_releases_the_result(ask: Asker, by: str) -> None:
    taker, twin = await twins(ask, time_limit=timedelta(minutes=10))
    open_id, twin_id = await both_open(taker, twin)
    await twin.answer_all(twin_id)
    assert (await twin.submit(twin_id))["attempt"]["state"] == "SUBMITTED"

    if by in {"read", "sweeper", "start"}:
        ask.clock.forward(minutes=11)
    if by == "submit":
        await taker.submit(open_id, "end")
    elif by == "abandon":
        await taker.abandon(open_id)
    elif by == "read":
        await taker.read(open_id)
    elif by == "start":
        await taker.start_attempt("again")
    else:
        async with ask.postgres.open_work(Meter()) as work:
            await attempt_expiry.expire_overdue(work, mint=ask.ports.mint, now=ask.clock(), limit=9)

    after = await twin.read(twin_id)
    assert after is not None
    assert result(after) == ("GRADED", 100.0, True, 120)


async def test_a_twin_that_runs_out_of_time_is_withheld_and_expires(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, time_limit=None)
    twin = await a_twin_of(taker, time_limit=timedelta(minutes=10))
    open_id, twin_id = await both_open(taker, twin)
    await twin.answer_all(twin_id)
    ask.clock.forward(minutes=11)

    during = await twin.read(twin_id)
    await taker.abandon(open_id)

    after = await twin.read(twin_id)
    assert during is not None
    assert after is not None
    assert result(during) == ("SUBMITTED", None, None, 0)
    assert result(after) == ("EXPIRED", 100.0, True, 120)
    assert during["finishedAt"] == after["finishedAt"] == after["deadline"]


async def test_an_overdue_attempt_withholds_nothing(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, time_limit=timedelta(minutes=10))
    twin = await a_twin_of(taker, time_limit=None)
    _, twin_id = await both_open(taker, twin)
    ask.clock.forward(minutes=11)

    assert (await twin.submit(twin_id))["attempt"]["state"] == "GRADED"


async def test_results_wait_for_the_last_open_attempt_and_are_graded_in_the_order_of_their_ends(
    ask: Asker,
) -> None:
    taker, second = await twins(ask)
    third = await a_twin_of(taker)
    ids = [await each.start_attempt(f"start {n}") for n, each in enumerate((taker, second, third))]
    states = []
    for number, (each, attempt_id) in enumerate(zip((taker, second, third), ids, strict=True)):
        await each.answer_all(attempt_id)
        states.append((await each.submit(attempt_id, f"submit {number}"))["attempt"]["state"])

    results = [await taker.read(attempt_id) for attempt_id in ids]

    assert states == ["SUBMITTED", "SUBMITTED", "GRADED"]
    assert [each and result(each) for each in results] == [
        ("GRADED", 100.0, True, 120),
        ("GRADED", 100.0, True, 70),  # the questions are paid once in 24 hours
        ("GRADED", 100.0, True, 70),
    ]


async def test_no_question_is_paid_twice_by_way_of_a_withheld_result(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, time_limit=None)
    holder = await a_twin_of(taker, 1)
    others = QuizTaker(ask, taker.viewer, taker.quiz, taker.questions[1:], taker.keys[1:])
    later = await a_twin_of(others)
    open_id = await holder.start_attempt("open")
    withheld = await taker.start_attempt("withheld")
    await taker.answer_all(withheld)
    await taker.submit(withheld, "withheld")
    at_once = await later.start_attempt("later")
    await later.answer_all(at_once)

    paid = (await later.submit(at_once, "later"))["attempt"]
    await holder.abandon(open_id)

    assert result(paid) == ("GRADED", 100.0, True, 60)
    assert result(await taker.read(withheld)) == ("GRADED", 100.0, True, 80)  # one answer and two bonuses


async def test_a_node_is_completed_when_the_result_appears(ask: Asker) -> None:
    taker, twin = await twins(ask)
    author = viewer_of(taker.quiz.author_id, Role.LEARNER, Role.AUTHOR)
    roadmap_id = await publish_file(ask, author, a_file(a_quiz_node("exam", quiz=twin.quiz.slug)))
    await enrol(ask, taker.viewer, roadmap_id)
    open_id, twin_id = await both_open(taker, twin)
    await twin.answer_all(twin_id)
    await twin.submit(twin_id)
    during = (await nodes_by_title(ask, taker.viewer, roadmap_id))["Exam"]["viewerState"]

    await taker.abandon(open_id)

    assert during == "AVAILABLE"
    assert (await nodes_by_title(ask, taker.viewer, roadmap_id))["Exam"]["viewerState"] == "DONE"
    async with ask.postgres.open_reads(Meter()) as reads:
        assert await xp.reconcile(reads.xp) == []


async def test_a_question_that_was_shown_withholds_nothing_and_the_sweeper_finds_it(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, time_limit=None, feedback=Feedback.AFTER_EACH)
    twin = await a_twin_of(taker, 1, feedback=Feedback.AT_END)
    open_id, twin_id = await both_open(taker, twin)
    withheld = (await twin.submit(twin_id))["attempt"]
    await taker.answer(open_id, 1, right_answer(taker.keys[0]))

    released = await attempt_expiry.release_withheld(
        lambda: ask.postgres.open_work(Meter()), mint=ask.ports.mint, now=ask.clock(), limit=9
    )
    again = await twin.start_attempt("again")

    assert withheld["state"] == "SUBMITTED"
    assert released == 1
    assert (await twin.read(twin_id) or {})["state"] == "GRADED"
    assert (await twin.submit(again, "again"))["attempt"]["state"] == "GRADED"


async def test_feedback_after_each_answer_waits_as_well(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, time_limit=None)
    twin = await a_twin_of(taker, feedback=Feedback.AFTER_EACH)
    open_id, twin_id = await both_open(taker, twin)

    payload = await twin.answer(twin_id, 1, right_answer(twin.keys[0]))
    await twin.submit(twin_id)
    during = (await twin.slots(twin_id))[0]
    await taker.abandon(open_id)

    assert payload["slot"]["credit"] is payload["slot"]["key"] is payload["slot"]["explanation"] is None
    assert during["credit"] is during["key"] is None
    assert (await twin.slots(twin_id))[0]["credit"] == 1.0


async def test_a_repeat_finds_the_withheld_attempt_and_another_key_is_refused(ask: Asker) -> None:
    taker, twin = await twins(ask)
    _, twin_id = await both_open(taker, twin)

    first, repeated = await twin.submit(twin_id), await twin.submit(twin_id)
    refused = await twin.submit(twin_id, "another")
    given_up = await twin.abandon(twin_id)

    assert first == repeated
    assert refused["userErrors"][0]["attempt"]["state"] == "SUBMITTED"
    assert [e["code"] for e in given_up["userErrors"]] == ["ATTEMPT_ALREADY_SUBMITTED"]


@pytest.mark.slow
async def test_twins_that_end_at_once_are_all_graded_in_the_end(ask: Asker) -> None:
    taker, second = await twins(ask)
    takers = [taker, second, *[await a_twin_of(taker) for _ in range(3)]]
    ids = [await each.start_attempt(f"start {n}") for n, each in enumerate(takers)]
    for each, attempt_id in zip(takers, ids, strict=True):
        await each.answer_all(attempt_id)

    await asyncio.gather(
        *(each.submit(i, f"submit {n}") for n, (each, i) in enumerate(zip(takers[:4], ids, strict=False))),
        takers[4].abandon(ids[4]),
    )

    assert [(await taker.read(i) or {})["state"] for i in ids] == ["GRADED"] * 4 + ["ABANDONED"]
    async with ask.postgres.open_reads(Meter()) as reads:
        assert await xp.reconcile(reads.xp) == []
