"""Submitting attempts through the schema: grading, idempotency and races."""

import asyncio
from datetime import timedelta

import pytest

from domain.content.answers import Answer
from domain.content.question_kinds.table import QuestionKind
from domain.gamification import xp
from domain.unit_of_work import Meter
from tests.builders.attempts import right_answer
from tests.support.attempts import EVERY_KIND, a_quiz_taker, codes
from tests.support.schema_client import START as MORNING
from tests.support.schema_client import Asker


async def test_an_attempt_is_graded_and_earns_xp(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, *EVERY_KIND)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id)

    payload = await taker.submit(attempt_id)

    attempt = payload["attempt"]
    assert payload["userErrors"] == []
    assert (attempt["state"], attempt["score"], attempt["passed"]) == ("GRADED", 100.0, True)
    assert {e["reason"]: e["amount"] for e in attempt["xpEntries"]} == {
        "QUIZ": 80,
        "QUIZ_COMPLETION": 20,
        "QUIZ_PERFECT": 50,
    }
    assert attempt["xpAwarded"] == 150 == await taker.total()
    assert attempt["review"] == {
        "correct": 8,
        "partlyCorrect": 0,
        "wrong": 0,
        "unanswered": 0,
        "timeSpent": "PT80S",
        "passMark": 70,
    }
    assert all(e["source"] == {"type": "attempt", "id": attempt_id} for e in attempt["xpEntries"])


async def test_partial_credit_and_one_decimal(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.MULTIPLE_CHOICE, *[QuestionKind.TRUE_FALSE] * 2)
    attempt_id = await taker.start_attempt()
    one_hit = Answer(options=[min(taker.keys[0].correct_options)])
    ask.clock.forward(seconds=5)
    await taker.answer(attempt_id, 1, one_hit)
    ask.clock.forward(seconds=5)
    await taker.answer(attempt_id, 2, right_answer(taker.keys[1]))

    attempt = (await taker.submit(attempt_id))["attempt"]

    assert (attempt["score"], attempt["passed"]) == (50.0, False)
    assert attempt["review"]["partlyCorrect"] == 1
    assert attempt["review"]["unanswered"] == 1
    assert [e["amount"] for e in attempt["xpEntries"]] == [15]


async def test_a_submit_within_the_grace_is_in_time_and_ends_at_the_deadline(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id)
    ask.clock.moment = MORNING + timedelta(minutes=10, seconds=4)

    attempt = (await taker.submit(attempt_id))["attempt"]

    assert attempt["state"] == "GRADED"
    assert attempt["finishedAt"] == attempt["deadline"] == "2026-03-02T09:10:00.000Z"


@pytest.mark.slow
async def test_fifty_submits_at_once_are_one_award_and_one_payload(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id)

    payloads = await asyncio.gather(*(taker.submit(attempt_id, "one key") for _ in range(50)))

    assert all(payload == payloads[0] for payload in payloads)
    assert payloads[0]["attempt"]["xpAwarded"] == 120 == await taker.total()


@pytest.mark.slow
async def test_fifty_submits_with_keys_of_their_own_have_one_winner(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id)

    payloads = await asyncio.gather(*(taker.submit(attempt_id, f"key {n}") for n in range(50)))

    winners = [payload for payload in payloads if not payload["userErrors"]]
    losers = [payload["userErrors"][0] for payload in payloads if payload["userErrors"]]
    assert len(winners) == 1
    assert {error["code"] for error in losers} == {"ATTEMPT_ALREADY_SUBMITTED"}
    assert all(error["attempt"] == winners[0]["attempt"] for error in losers)
    assert await taker.total() == 120
    async with ask.postgres.open_reads(Meter()) as reads:
        assert await xp.reconcile(reads.xp) == []


async def test_one_key_for_many_attempts_at_once_submits_one_and_leaves_the_others_open(ask: Asker) -> None:
    takers = [await a_quiz_taker(ask) for _ in range(6)]
    learner = takers[0].viewer
    started = [await taker.start_attempt(f"start {n}", viewer=learner) for n, taker in enumerate(takers)]

    payloads = await asyncio.gather(
        *(
            taker.submit(attempt_id, "one key", viewer=learner)
            for taker, attempt_id in zip(takers, started, strict=True)
        )
    )

    refused = [codes(payload) for payload in payloads if payload["userErrors"]]
    assert refused == [[("IdempotencyKeyReused", "idempotencyKey")]] * 5
    states = [(await takers[0].read(attempt_id, viewer=learner))["state"] for attempt_id in started]  # type: ignore[index]
    assert sorted(states) == ["GRADED", *["IN_PROGRESS"] * 5]


async def test_an_old_submit_key_may_be_used_again_after_a_day(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, time_limit=None)
    first = await taker.start_attempt("a")
    await taker.submit(first, "key")
    second = await taker.start_attempt("b")

    early = await taker.submit(second, "key")
    ask.clock.forward(hours=25)
    late = await taker.submit(second, "key")

    assert codes(early) == [("IdempotencyKeyReused", "idempotencyKey")]
    assert late["attempt"]["id"] == second
    assert late["attempt"]["state"] == "GRADED"


@pytest.mark.parametrize("key", ["", " ", "k" * 201, "k" * 1_000_000, "a\0b"])
async def test_bad_idempotency_keys_are_named_and_nothing_is_stored(ask: Asker, key: str) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()

    assert codes(await taker.start(key)) == [("InvalidInput", "idempotencyKey")]
    assert codes(await taker.submit(attempt_id, key)) == [("InvalidInput", "idempotencyKey")]
    found = await taker.read(attempt_id)
    assert found is not None
    assert found["state"] == "IN_PROGRESS"


async def test_an_id_of_another_kind_and_a_bad_key_are_refused_together_without_a_statement(
    ask: Asker,
) -> None:
    taker = await a_quiz_taker(ask)
    text = (
        "mutation ($input: SubmitQuizAttemptInput!) { submitQuizAttempt(input: $input) { attempt { id } "
        "userErrors { ... on UserError { code field } } } }"
    )

    for key, fields in (("k", ["attemptId"]), ("", ["attemptId", "idempotencyKey"])):
        given = {"attemptId": taker.quiz.id, "idempotencyKey": key}
        data = await ask.data(text, taker.viewer, input=given)

        refusals = data["submitQuizAttempt"]["userErrors"]
        assert refusals == [{"code": "INVALID_INPUT", "field": field} for field in fields]
        assert data["submitQuizAttempt"]["attempt"] is None
        assert ask.statements == 0


@pytest.mark.parametrize("passed", [False, True])
async def test_submitting_takes_two_statements_at_any_size_and_one_for_new_questions(
    ask: Asker, passed: bool
) -> None:
    text = "mutation ($input: SubmitQuizAttemptInput!) { submitQuizAttempt(input: $input) { attempt { passed } } }"
    counts = []
    for size in (1, 10, 40):
        taker = await a_quiz_taker(ask, *[QuestionKind.TRUE_FALSE] * size)
        for key in ("first", "second"):
            attempt_id = await taker.start_attempt(key)
            await taker.answer_all(attempt_id, wrong=0 if passed else size)
            given = {"attemptId": attempt_id, "idempotencyKey": key}

            data = await ask.data(text, taker.viewer, input=given)

            assert data["submitQuizAttempt"]["attempt"]["passed"] is passed
            counts.append(ask.statements)
    assert counts == [3, 2] * 3
