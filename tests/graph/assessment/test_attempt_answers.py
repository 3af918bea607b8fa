"""Answering the questions of an attempt through the schema."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.content.answers import Answer
from domain.content.question_kinds.table import QuestionKind
from domain.content.quizzes import Feedback
from tests.support.attempts import a_quiz_taker, codes
from tests.support.schema_client import START as MORNING
from tests.support.schema_client import Asker


async def test_the_highest_client_seq_wins_in_any_order_of_arrival(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await taker.answer(attempt_id, 1, Answer(truth=True), seq=5)

    late = await taker.answer(attempt_id, 1, Answer(truth=False), seq=4)
    same = await taker.answer(attempt_id, 1, Answer(truth=False), seq=5)
    newer = await taker.answer(attempt_id, 1, Answer(truth=False), seq=6)

    assert late["slot"]["answer"]["truth"] is True
    assert same["slot"]["answer"]["truth"] is True
    assert newer["slot"]["answer"]["truth"] is False


async def test_of_concurrent_answers_the_highest_client_seq_is_kept(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.NUMERIC)
    attempt_id = await taker.start_attempt()
    order = [7, 19, 3, 11, 20, 1, 15, 9, 2, 18]

    await asyncio.gather(
        *(taker.answer(attempt_id, 1, Answer(number=seq), seq=seq) for seq in order)  # type: ignore[arg-type]
    )

    (slot,) = await taker.slots(attempt_id)
    assert slot["answer"]["number"] == "20"


async def test_answers_are_accepted_until_five_seconds_after_the_deadline(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    ask.clock.moment = MORNING + timedelta(minutes=10, seconds=5)
    in_time = await taker.answer(attempt_id, 1, Answer(truth=True))

    ask.clock.forward(milliseconds=1)
    late = await taker.answer(attempt_id, 2, Answer(truth=True))

    assert in_time["userErrors"] == []
    assert codes(late) == [("AttemptClosed", "attemptId")]
    slots = await taker.slots(attempt_id)
    assert [slot["answer"] is not None for slot in slots] == [True, False, False, False, False]


async def test_with_feedback_after_each_answer_the_slot_is_locked_and_revealed(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, feedback=Feedback.AFTER_EACH)
    attempt_id = await taker.start_attempt()
    ask.clock.forward(seconds=5)

    first = await taker.answer(attempt_id, 1, Answer(truth=False), seq=1)
    second = await taker.answer(attempt_id, 1, Answer(truth=True), seq=2)
    repeat = await taker.answer(attempt_id, 1, Answer(truth=True), seq=1)

    assert first["slot"]["locked"] is True
    assert (first["slot"]["credit"], first["slot"]["key"]) == (0.0, {"truth": True})
    assert codes(second) == [("SlotLocked", "slot")]
    assert repeat["slot"]["answer"]["truth"] is False
    slots = await taker.slots(attempt_id)
    assert [slot["explanation"] is not None for slot in slots] == [True, False, False, False, False]


async def test_concurrent_answers_to_a_locking_slot_leave_one(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.NUMERIC, feedback=Feedback.AFTER_EACH)
    attempt_id = await taker.start_attempt()

    payloads = await asyncio.gather(
        *(taker.answer(attempt_id, 1, Answer(number=n), seq=n) for n in range(1, 21))  # type: ignore[arg-type]
    )

    accepted = {p["slot"]["answer"]["number"] for p in payloads if p["slot"]}
    assert len(accepted) == 1


async def test_answers_racing_a_submit_are_graded_or_refused(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, *[QuestionKind.TRUE_FALSE] * 10)
    attempt_id = await taker.start_attempt()
    ask.clock.forward(seconds=20)

    *answers, submitted = await asyncio.gather(
        *(taker.answer(attempt_id, n, Answer(truth=True)) for n in range(1, 11)), taker.submit(attempt_id)
    )

    saved = sum(not payload["userErrors"] for payload in answers)
    review = submitted["attempt"]["review"]
    assert review["correct"] == saved
    assert review["unanswered"] == 10 - saved


@pytest.mark.parametrize(
    ("slot", "answer", "seq", "expected"),
    [
        (0, {"truth": True}, 1, ("NotFound", "slot")),
        (6, {"truth": True}, 1, ("NotFound", "slot")),
        (-1, {"truth": True}, 1, ("NotFound", "slot")),
        (2**31 - 1, {"truth": True}, 1, ("NotFound", "slot")),
        (2, {"truth": True}, -1, ("InvalidInput", "clientSeq")),
        (1, {"text": "yes"}, 1, ("InvalidInput", "text")),
        (4, {"text": "x" * 1_000_000}, 1, ("InvalidInput", "text")),
        (4, {"text": "a\0b"}, 1, ("InvalidInput", "text")),
        (5, {"number": "NaN"}, 1, ("InvalidInput", "number")),
        (5, {"number": "1_000"}, 1, ("InvalidInput", "number")),
        (5, {"number": "9" * 1_000_000}, 1, ("InvalidInput", "number")),
        (5, {"number": "1e9999"}, 1, ("InvalidInput", "number")),
        (1, {"options": []}, 1, ("InvalidInput", "options")),
        (1, {"options": ["option_01K742SG00EC1V4CSM6MV3EE1S"]}, 1, ("InvalidInput", "options")),
        (1, {"options": ["\0"]}, 1, ("InvalidInput", "options")),
    ],
)
async def test_bad_answers_name_the_field_and_change_nothing(
    ask: Asker, slot: int, answer: dict[str, Any], seq: int, expected: tuple[str, str]
) -> None:
    kinds = {1: QuestionKind.SINGLE_CHOICE, 4: QuestionKind.SHORT_TEXT, 5: QuestionKind.NUMERIC}
    taker = await a_quiz_taker(ask, *(kinds.get(n, QuestionKind.TRUE_FALSE) for n in range(1, 6)))
    attempt_id = await taker.start_attempt()
    given = {"attemptId": attempt_id, "slot": slot, "answer": answer, "clientSeq": seq}

    payload = await taker.mutate(
        "mutation ($input: AnswerQuestionInput!) { answerQuestion(input: $input) { slot { number } "
        "userErrors { __typename ... on UserError { code field } } } }",
        given,
        None,
    )

    assert codes(payload) == [expected]
    assert all(found["answer"] is None for found in await taker.slots(attempt_id))


async def test_two_kinds_of_answer_at_once_are_refused_before_anything_runs(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    given = {"attemptId": attempt_id, "slot": 1, "answer": {"truth": True, "text": "x"}, "clientSeq": 1}

    response = await ask(
        "mutation ($input: AnswerQuestionInput!) { answerQuestion(input: $input) { slot { number } } }",
        taker.viewer,
        input=given,
    )

    assert response["errors"]
    assert not ask.defects


async def test_answering_takes_three_statements(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()

    await ask.data(
        "mutation ($input: AnswerQuestionInput!) { answerQuestion(input: $input) { slot { number } } }",
        taker.viewer,
        input={"attemptId": attempt_id, "slot": 1, "answer": {"truth": True}, "clientSeq": 1},
    )

    assert ask.statements == 3
