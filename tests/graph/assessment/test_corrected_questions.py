"""Corrected questions: a file imported again with a change makes versions of its questions, which count as the same."""

import json
from typing import Any

import pytest

from domain.accounts.users import Role
from domain.content.answers import Answer
from domain.unit_of_work import Meter
from tests.builders.question_files import a_file, a_question
from tests.support.attempts import QuizTaker
from tests.support.schema_client import Asker, viewer_of

IMPORT = """mutation ($input: ImportQuestionsInput!) { importQuestions(input: $input) {
  report { accepted refused { reason } } userErrors { ... on UserError { message } } } }"""
TRUE = Answer(truth=True)
CHANGES = [
    {"explanation": "It is, mostly."},
    {"prompt": "Is it wet?"},
    {"difficulty": "HARD"},
    {"answer": False},
]


async def two_quizzes(ask: Asker, **change: Any) -> tuple[QuizTaker, QuizTaker, str]:
    """Return a learner with an open attempt at one quiz, and at another that asks a question changed since."""
    author, _ = await ask.learner(roles=[Role.AUTHOR])
    _, learner = await ask.learner()
    quizzes = [
        {"slug": "twin-a", "title": "A", "questions": ["shared"]},
        {"slug": "twin-b", "title": "B", "questions": ["shared", "own"], "feedback": "AFTER_EACH"},
    ]

    async def imported(**values: Any) -> None:
        questions = [a_question("shared", **values), a_question("own", prompt="Own?")]
        file = json.dumps(a_file(questions=questions, quizzes=quizzes))
        given = {"file": file, "idempotencyKey": f"import {len(values)}"}
        payload = (await ask.data(IMPORT, viewer_of(author.id, Role.AUTHOR), input=given))["importQuestions"]
        assert payload == {"report": {"accepted": 2, "refused": []}, "userErrors": []}

    await imported()
    async with ask.postgres.open_reads(Meter()) as reads:
        found = [await reads.quizzes.by_slug(slug) for slug in ("twin-a", "twin-b")]
    first, second = (QuizTaker(ask, learner, quiz, [], []) for quiz in found if quiz is not None)
    open_id = await first.start_attempt("open")
    await imported(**change)
    return first, second, open_id


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
async def test_a_changed_question_tells_nothing_while_an_attempt_asks_its_earlier_version(
    ask: Asker, change: dict[str, Any]
) -> None:
    first, second, open_id = await two_quizzes(ask, **change)
    twin_id = await second.start_attempt("twin")

    shared, own = [await second.answer(twin_id, slot, TRUE) for slot in (1, 2)]
    submitted = (await second.submit(twin_id))["attempt"]["state"]
    during = await second.slots(twin_id)
    await first.abandon(open_id)

    assert [shared["slot"][name] for name in ("credit", "key", "explanation")] == [None] * 3
    assert own["slot"]["credit"] == 1.0
    assert submitted == "SUBMITTED"
    assert [slot["credit"] for slot in during] == [None, 1.0]
    assert (await second.read(twin_id) or {})["state"] == "GRADED"
    assert [slot["credit"] for slot in await second.slots(twin_id)] == [change.get("answer", True), 1.0]


async def test_an_answered_slot_of_an_open_attempt_withholds_nothing(ask: Asker) -> None:
    first, second, open_id = await two_quizzes(ask, explanation="It is, mostly.")
    twin_id = await second.start_attempt("twin")
    await second.answer(twin_id, 1, TRUE)

    submitted = (await first.submit(open_id, "open"))["attempt"]["state"]

    assert submitted == "GRADED"
    assert (await first.slots(open_id))[0]["key"] == {
        "correctOptionIds": [],
        "truth": True,
        "acceptedTexts": [],
        "acceptedRanges": [],
        "pairs": [],
        "order": [],
        "blanks": [],
    }


async def test_a_changed_question_is_paid_once_a_day(ask: Asker) -> None:
    first, second, open_id = await two_quizzes(ask, explanation="It is, mostly.")
    ask.clock.forward(seconds=10)
    await first.answer(open_id, 1, TRUE)
    await first.submit(open_id, "open")
    twin_id = await second.start_attempt("twin")
    for slot in (1, 2):
        ask.clock.forward(seconds=10)
        await second.answer(twin_id, slot, TRUE)

    entries = (await second.submit(twin_id))["attempt"]["xpEntries"]

    assert "1 of them earned credit within 24 hours already" in entries[0]["explanation"]


async def test_an_export_leaves_out_the_credit_of_an_earlier_version(ask: Asker) -> None:
    first, second, open_id = await two_quizzes(ask, explanation="It is, mostly.")
    ask.clock.forward(seconds=10)
    await first.answer(open_id, 1, TRUE)
    await first.submit(open_id, "open")
    await second.start_attempt("twin")

    async with ask.postgres.open_reads(Meter()) as reads:
        slots = json.loads((await reads.exports.sections(first.viewer.user_id))["attempt_slots"])

    assert [slot["number"] for slot in slots if "credit_numerator" in slot] == []


async def test_two_questions_of_one_quiz_are_not_versions_of_each_other(ask: Asker) -> None:
    author, _ = await ask.learner(roles=[Role.AUTHOR])
    _, learner = await ask.learner()
    given = {"file": "::Same:: Wet? {T}\n\n::Same:: Dry? {T}", "title": "Same", "idempotencyKey": "import"}
    await ask.data(IMPORT, viewer_of(author.id, Role.AUTHOR), input=given)
    async with ask.postgres.open_reads(Meter()) as reads:
        quiz = await reads.quizzes.by_slug("same")
    assert quiz is not None
    taker = QuizTaker(ask, learner, quiz, [], [])

    for number, second in enumerate((False, True)):
        attempt_id = await taker.start_attempt(f"start {number}")
        for slot, truth in ((1, True), (2, second)):
            ask.clock.forward(seconds=10)
            await taker.answer(attempt_id, slot, Answer(truth=truth))
        payload = await taker.submit(attempt_id, f"submit {number}")

    explanation = payload["attempt"]["xpEntries"][0]["explanation"]
    assert "make 12 XP. 1 of them earned credit" in explanation
