"""Bad input of attempts: every refusal names the field, shows no given value, and changes nothing."""

import json
from typing import Any

import pytest

from domain.content.answers import Answer
from domain.content.question_kinds.table import ANSWER_FIELDS
from tests.builders.attempts import right_answer
from tests.support.attempts import ABANDON, EVERY_KIND, FLAG, START, SUBMIT, a_quiz_taker, codes, sent
from tests.support.schema_client import Asker

LONG = "x" * 100_000
UNKNOWN = "attempt_01K742SG00EC1V4CSM6MV3EE1S"
ANSWER = """mutation ($input: AnswerQuestionInput!) { answerQuestion(input: $input) { slot { number }
  userErrors { __typename ... on UserError { code field message } } } }"""
SINGLE, MULTIPLE, TRUTH, TEXT, NUMBER = range(1, 6)
FOREIGN = "option_01K742SG00EC1V4CSM6MV3EE1S"
OTHER_SLOT = "an option of the other choice of the quiz"
BAD: list[tuple[int, dict[str, Any], str]] = [
    *((SINGLE, {"options": ids}, "options") for ids in ([], [FOREIGN], [OTHER_SLOT], [""], ["\0"], [LONG])),
    (SINGLE, {"options": [FOREIGN] * 2}, "options"),
    *((MULTIPLE, {"options": ids}, "options") for ids in ([], [FOREIGN], [OTHER_SLOT], [FOREIGN] * 21)),
    *((TEXT, {"text": text}, "text") for text in (LONG, "a\0b", "\ud7ff\0", "x" * 501)),
    *(
        (NUMBER, {"number": number}, "number")
        for number in (
            *("NaN", "-NaN", "sNaN", "Infinity", "-inf", "1e400", "-1e400", "1e-400", "1e999999999"),
            *("", " ", "0x1F", "1_000", "1,5,5", "1e", "--1", "9" * 100_000, "1/3", "½", "\0"),
        )
    ),
]


@pytest.mark.parametrize(("slot", "answer", "field"), BAD, ids=lambda value: str(value)[:30])
async def test_a_value_that_fits_no_answer_is_refused_by_its_field(
    ask: Asker, slot: int, answer: dict[str, Any], field: str
) -> None:
    taker = await a_quiz_taker(ask, *EVERY_KIND)
    attempt_id = await taker.start_attempt()
    if answer.get("options") == [OTHER_SLOT]:
        elsewhere = taker.questions[MULTIPLE - 1 if slot == SINGLE else SINGLE - 1]
        answer = {"options": [elsewhere.options[0].id]}
    given = {"attemptId": attempt_id, "slot": slot, "answer": answer, "clientSeq": 1}

    payload = await taker.mutate(ANSWER, given, None)

    assert codes(payload) == [("InvalidInput", field)]
    (value,) = answer.values()
    shown = json.dumps(payload)
    assert not any(
        len(str(each)) > 3 and str(each) in shown for each in (value if isinstance(value, list) else [value])
    )
    assert [found["answer"] for found in await taker.slots(attempt_id)] == [None] * len(EVERY_KIND)


async def test_an_answer_of_every_other_kind_is_refused_at_every_slot(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, *EVERY_KIND)
    attempt_id = await taker.start_attempt()
    wanted = [kind.rules.answer_field.name for kind in EVERY_KIND]
    answers = {name: sent(right_answer(key)) for name, key in zip(wanted, taker.keys, strict=True)}
    assert answers.keys() == ANSWER_FIELDS.keys()

    for slot, own in enumerate(wanted, start=1):
        for name, answer in answers.items():
            if name == own:
                continue
            given = {"attemptId": attempt_id, "slot": slot, "answer": answer, "clientSeq": 1}
            payload = await taker.mutate(ANSWER, given, None)
            assert codes(payload) == [("InvalidInput", name)], (slot, name)
            assert own in payload["userErrors"][0]["message"]

    assert [found["answer"] for found in await taker.slots(attempt_id)] == [None] * len(EVERY_KIND)


@pytest.mark.parametrize("slot", [0, -1, -(2**31), 6, 200, 201, 2**31 - 1])
@pytest.mark.parametrize("document", [ANSWER, FLAG])
async def test_a_slot_that_is_not_there_is_refused(ask: Asker, document: str, slot: int) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    rest = {"answer": {"truth": True}, "clientSeq": 1} if document is ANSWER else {"flagged": True}

    payload = await taker.mutate(document, {"attemptId": attempt_id, "slot": slot} | rest, None)

    assert codes(payload) == [("NotFound", "slot")]


@pytest.mark.parametrize("number", [1e400, float("nan"), 2**31, -(2**31) - 1, 1.5, "1", None, True, [], {}])
@pytest.mark.parametrize("name", ["slot", "clientSeq"])
async def test_what_is_no_whole_number_of_32_bits_is_refused_before_anything_runs(
    ask: Asker, name: str, number: Any
) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    given = {"attemptId": attempt_id, "slot": 1, "answer": {"truth": True}, "clientSeq": 1} | {name: number}

    response = await ask(ANSWER, taker.viewer, input=given)

    assert response["errors"]
    assert ask.defects == []
    assert [found["answer"] for found in await taker.slots(attempt_id)] == [None] * 5


async def test_a_wrong_number_and_a_wrong_slot_are_refused_together(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    given = {"attemptId": attempt_id, "slot": 9, "answer": {"truth": True}, "clientSeq": -1}

    payload = await taker.mutate(ANSWER, given, None)

    assert codes(payload) == [("InvalidInput", "clientSeq"), ("NotFound", "slot")]


@pytest.mark.parametrize("foreign", [True, False], ids=["of another learner", "unknown"])
async def test_the_attempt_of_another_learner_is_as_unknown_as_one_that_is_not_there(
    ask: Asker, foreign: bool
) -> None:
    taker, (_, other) = await a_quiz_taker(ask), await ask.learner()
    attempt_id = await taker.start_attempt()
    await taker.answer(attempt_id, 1, Answer(truth=False))
    before = await taker.slots(attempt_id)
    tried = attempt_id if foreign else UNKNOWN

    payloads = [
        await taker.mutate(document, {"attemptId": tried} | rest, other)
        for document, rest in (
            (ANSWER, {"slot": 1, "answer": {"truth": True}, "clientSeq": 9}),
            (FLAG, {"slot": 1, "flagged": True}),
            (SUBMIT, {"idempotencyKey": "k"}),
            (ABANDON, {}),
        )
    ]

    assert [codes(payload) for payload in payloads] == [
        [("NotFound", "slot")],
        [("NotFound", "slot")],
        [("NotFound", "attemptId")],
        [("NotFound", "attemptId")],
    ]
    assert await taker.slots(attempt_id) == before
    assert await taker.read(tried, other) is None


@pytest.mark.parametrize("key", ["", " ", "k" * 201, LONG, "a\0b", "a\nb"], ids=lambda key: repr(key)[:12])
async def test_a_key_that_is_no_line_of_200_characters_is_refused(ask: Asker, key: str) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()

    started = await taker.mutate(START, {"quizId": taker.quiz.id, "idempotencyKey": key}, None)
    submitted = await taker.mutate(SUBMIT, {"attemptId": attempt_id, "idempotencyKey": key}, None)

    assert codes(started) == [("InvalidInput", "idempotencyKey")]
    assert codes(submitted) == [("InvalidInput", "idempotencyKey")]
    assert (await taker.read(attempt_id) or {})["state"] == "IN_PROGRESS"
