"""Suspensions of questions through the schema: new attempts leave them out, and authors and moderators lift them."""

import pytest

from tests.support.accounts import accepted, mutate, refusal
from tests.support.attempts import QuizTaker, a_quiz_taker
from tests.support.clients.quality import QUALITY, a_moderator, author_of
from tests.support.schema_client import Asker
from tests.support.study import studier_of

COUNTS = "query ($id: ID!) { quiz(by: {id: $id}) { questionCount suspendedCount } }"
SHOWN = f"question {{ {QUALITY} }}"
SLOTS = "query ($id: ID!) { attempt(id: $id) { slots { question { id } } } }"


@pytest.fixture
async def taker(ask: Asker) -> QuizTaker:
    return await a_quiz_taker(ask)


async def asked_in(taker: QuizTaker, attempt_id: str) -> list[str]:
    data = await taker.ask.data(SLOTS, taker.viewer, id=attempt_id)
    return [slot["question"]["id"] for slot in data["attempt"]["slots"]]


@pytest.mark.parametrize("is_moderator", [False, True])
async def test_a_suspended_question_is_left_out_of_new_attempts_until_it_is_resumed(
    ask: Asker, taker: QuizTaker, is_moderator: bool
) -> None:
    judge = await a_moderator(ask) if is_moderator else author_of(taker)
    first, *others = [question.id for question in taker.questions]
    running = await taker.start_attempt("one")

    payload = await mutate(ask, judge, "suspendQuestion", SHOWN, questionId=first, reason="Ambiguous.")
    counts = (await ask.data(COUNTS, taker.viewer, id=taker.quiz.id))["quiz"]
    before = await asked_in(taker, running)
    await taker.submit(running, "one")
    during = await taker.start_attempt("two")
    left = await asked_in(taker, during)
    resumed = await mutate(ask, judge, "resumeQuestion", SHOWN, questionId=first)
    await taker.submit(during, "two")

    assert payload["userErrors"] == []
    assert payload["question"]["quality"]["suspension"] == {"reason": "Ambiguous."}
    assert counts == {"questionCount": 5, "suspendedCount": 1}
    assert (before, left) == ([first, *others], others)
    assert resumed["question"]["quality"]["suspension"] is None
    assert await asked_in(taker, await taker.start_attempt("three")) == [first, *others]


async def test_a_quiz_whose_questions_are_all_suspended_starts_no_attempt(
    ask: Asker, taker: QuizTaker
) -> None:
    for question in taker.questions:
        await mutate(ask, author_of(taker), "suspendQuestion", SHOWN, questionId=question.id, reason="Wrong.")

    payload = await taker.start()

    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
        ("INVALID_INPUT", "quizId")
    ]


async def test_others_cannot_suspend_and_an_empty_reason_is_refused(ask: Asker, taker: QuizTaker) -> None:
    first = taker.questions[0].id

    assert await refusal(ask, taker.viewer, "suspendQuestion", questionId=first, reason="No.") == (
        "NotFound",
        "questionId",
    )
    assert await refusal(ask, taker.viewer, "resumeQuestion", questionId=first) == ("NotFound", "questionId")
    assert await refusal(ask, author_of(taker), "suspendQuestion", questionId=first, reason=" ") == (
        "InvalidInput",
        "reason",
    )


async def test_moderators_find_suspended_questions(ask: Asker, taker: QuizTaker) -> None:
    moderator = await a_moderator(ask)
    await mutate(ask, moderator, "suspendQuestion", SHOWN, questionId=taker.questions[1].id, reason="Wrong.")
    text = "query ($s: Boolean) { questionQuality(suspended: $s) { nodes { question { id } } } }"

    found = [(await ask.data(text, moderator, s=s))["questionQuality"]["nodes"] for s in (True, False)]

    assert found == [[{"question": {"id": taker.questions[1].id}}], []]


async def test_the_list_of_moderators_is_filtered(ask: Asker) -> None:
    moderator = await a_moderator(ask)
    takers = [await a_quiz_taker(ask), await a_quiz_taker(ask)]
    for taker in takers:
        await accepted(
            ask,
            moderator,
            "suspendQuestion",
            "question { id }",
            questionId=taker.questions[0].id,
            reason="Wrong.",
        )
    codes = [(await studier_of(taker)).code for taker in takers]
    first = takers[0].questions[0]
    text = """query ($t: String, $d: Difficulty, $q: String) {
      questionQuality(examType: $t, difficulty: $d, query: $q) { nodes { question { id } } } }"""

    async def found(**given: str) -> set[str]:
        nodes = (await ask.data(text, moderator, **given))["questionQuality"]["nodes"]
        return {node["question"]["id"] for node in nodes}

    assert await found(t=codes[0]) == {first.id}
    assert await found(q=first.prompt.upper()) >= {first.id}
    assert await found(q="no such words") == set()
    assert len(await found(d=first.difficulty.value)) == 2
    refused = await ask(text, moderator, q=" ")
    assert refused["errors"][0]["extensions"]["field"] == "query"
