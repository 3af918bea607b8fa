"""The history of a learner's attempts, and resuming on another device."""

from datetime import timedelta
from typing import Any

import pytest

from domain.content.answers import Answer
from tests.support.attempts import QuizTaker, a_quiz_taker, a_twin_of
from tests.support.schema_client import START as MORNING
from tests.support.schema_client import Asker

HISTORY = """query ($quizId: ID, $examType: String, $state: AttemptState, $passed: Boolean, $since: DateTime,
    $until: DateTime, $first: Int = 20, $after: Cursor) {
  viewer { attempts(quizId: $quizId, examType: $examType, state: $state, passed: $passed, since: $since,
      until: $until, first: $first, after: $after) {
    nodes { id } pageInfo { hasNextPage endCursor } } } }"""
RESUME = """{ viewer { attempts(state: IN_PROGRESS) { nodes { id deadline remaining quiz { id } slots {
  number flagged answeredAt answer { truth } } } } } }"""


async def history(taker: QuizTaker, **asked: Any) -> list[str]:
    data = await taker.ask.data(HISTORY, taker.viewer, **asked)
    return [attempt["id"] for attempt in data["viewer"]["attempts"]["nodes"]]


async def test_the_history_is_filtered_by_quiz_state_and_result(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    other = await a_quiz_taker(ask)
    other.viewer = taker.viewer
    passed = await taker.start_attempt("first")
    await taker.answer_all(passed)
    await taker.submit(passed, "first")
    failed = await taker.start_attempt("second")
    await taker.submit(failed, "second")
    abandoned = await other.start_attempt("third")
    await other.abandon(abandoned)
    running = await other.start_attempt("fourth")

    found = {
        "all": await history(taker),
        "quiz": await history(taker, quizId=taker.quiz.id),
        "graded": await history(taker, state="GRADED"),
        "abandoned": await history(taker, state="ABANDONED"),
        "running": await history(taker, state="IN_PROGRESS"),
        "passed": await history(taker, passed=True),
        "failed": await history(taker, passed=False),
        "no quiz": await history(taker, quizId="quiz_01K742SG00EC1V4CSM6MV3EE1S"),
    }

    assert found == {
        "all": [running, abandoned, failed, passed],
        "quiz": [failed, passed],
        "graded": [failed, passed],
        "abandoned": [abandoned],
        "running": [running],
        "passed": [passed],
        "failed": [failed],
        "no quiz": [],
    }


async def test_the_history_is_filtered_by_exam_type_and_an_unknown_one_is_refused(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    other = await a_quiz_taker(ask)
    other.viewer = taker.viewer
    attempt_id = await taker.start_attempt("first")
    await other.start_attempt("second")
    exam = await ask.data("query ($id: ID!) { quiz(by: {id: $id}) { examType { code } } }", id=taker.quiz.id)

    found = await history(taker, examType=exam["quiz"]["examType"]["code"])
    unknown = await ask(HISTORY, taker.viewer, examType="no such exam")

    assert found == [attempt_id]
    assert unknown["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert unknown["errors"][0]["path"] == ["viewer", "attempts"]


async def test_the_history_is_filtered_by_the_start(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, time_limit=None)
    attempts = []
    for number in range(3):
        attempts.append(await taker.start_attempt(f"start {number}"))
        await taker.abandon(attempts[-1])
        ask.clock.forward(days=1)
    second, third = (f"2026-03-0{day}T09:00:00Z" for day in (3, 4))

    assert await history(taker, since=second) == attempts[:0:-1]
    assert await history(taker, until=second) == attempts[:1]
    assert await history(taker, since=second, until=third) == attempts[1:2]
    backwards = await ask(HISTORY, taker.viewer, since=third, until=second)
    assert backwards["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "until" in backwards["errors"][0]["message"]


@pytest.mark.parametrize("size", [1, 2, 4])
async def test_pages_of_a_filtered_history_join(ask: Asker, size: int) -> None:
    taker = await a_quiz_taker(ask)
    attempts = []
    for number in range(4):
        attempts.append(await taker.start_attempt(f"start {number}"))
        await taker.submit(attempts[-1], f"submit {number}")
    await taker.start_attempt("running")
    found: list[str] = []
    page: dict[str, Any] = {"pageInfo": {"hasNextPage": True, "endCursor": None}}

    while page["pageInfo"]["hasNextPage"]:
        given = {"state": "GRADED", "first": size, "after": page["pageInfo"]["endCursor"]}
        page = (await ask.data(HISTORY, taker.viewer, **given))["viewer"]["attempts"]
        found += [attempt["id"] for attempt in page["nodes"]]

    assert found == attempts[::-1]


async def test_an_overdue_attempt_is_graded_before_a_filter_looks_for_results(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id)
    ask.clock.moment = MORNING + timedelta(minutes=11)

    expired, passed, running = (
        await history(taker, state="EXPIRED"),
        await history(taker, passed=True),
        await history(taker, state="IN_PROGRESS"),
    )

    assert (expired, passed, running) == ([attempt_id], [attempt_id], [])


async def test_an_overdue_attempt_is_not_listed_as_in_progress(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    await taker.start_attempt()
    ask.clock.moment = MORNING + timedelta(minutes=11)

    assert await history(taker, state="IN_PROGRESS") == []


async def test_a_withheld_result_is_in_no_list_of_results(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    twin = await a_twin_of(taker)
    await twin.start_attempt("twin")
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id)
    await taker.submit(attempt_id)

    assert await history(taker, passed=True) == []
    assert await history(taker, passed=False) == []
    assert await history(taker, state="SUBMITTED") == [attempt_id]


async def test_another_device_finds_the_open_attempt_with_all_that_was_saved(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt("phone")
    await taker.answer(attempt_id, 2, Answer(truth=False), seq=3)
    await taker.flag(attempt_id, 4)
    ask.clock.forward(minutes=4)

    data = await ask.data(RESUME, taker.viewer)
    resumed = await taker.start_attempt("laptop")
    await taker.answer(resumed, 2, Answer(truth=True), seq=4)
    await taker.answer(resumed, 2, Answer(truth=False), seq=3)

    (open_one,) = data["viewer"]["attempts"]["nodes"]
    assert (open_one["id"], open_one["remaining"], open_one["quiz"]["id"]) == (
        attempt_id,
        "PT360S",
        taker.quiz.id,
    )
    saved = [(slot["number"], slot["answer"], slot["flagged"]) for slot in open_one["slots"]]
    assert saved == [
        (1, None, False),
        (2, {"truth": False}, False),
        (3, None, False),
        (4, None, True),
        (5, None, False),
    ]
    assert resumed == attempt_id
    assert (await taker.slots(attempt_id))[1]["answer"]["truth"] is True
