"""Questions of several parts through the schema: asked in a shuffled order, answered, graded and revealed."""

import json
from typing import Any

import pytest

from domain.accounts.users import Role
from domain.content.question_kinds.table import QuestionKind
from tests.builders import mint
from tests.builders.attempts import right_answer
from tests.builders.question_files import a_cloze, a_file, a_matching, an_ordering
from tests.support.accounts import accepted
from tests.support.attempts import QuizTaker, a_quiz_taker, codes
from tests.support.schema_client import Asker

AUTHOR = [Role.LEARNER, Role.AUTHOR]
ASKED = """attempt { id slots { number question { id prompt
    ... on Matching { prompts { number text } options { id text } } ... on Ordering { options { id text } }
    ... on Cloze { blanks { number takes options { id text } } } } } }"""
STEPS = ("ice", "water", "steam", "cloud", "rain", "snow")
CLOZE = a_cloze(
    {
        "accepted": [{"text": "Na", "feedback": "Right."}, {"text": "K", "weight": 50}],
        "feedbackOther": "Look again.",
    },
    {"takes": "NUMBER", "accepted": [{"value": "1.5", "tolerance": "0.1"}]},
    {"options": [{"text": "salty", "correct": True}, {"text": "sweet", "correct": False, "feedback": "No."}]},
)
"""The parts of a question in a file."""
REVIEW = """query ($id: ID!) { attempt(id: $id) { score slots { credit
    answer { pairs { prompt option } order blanks { number text option } } optionFeedback { answer text }
    key { correctOptionIds acceptedTexts { text } acceptedRanges { low } pairs { prompt option } order
      blanks { number option acceptedTexts { text weight } acceptedRanges { low high } } } } } }"""


async def asked(ask: Asker, *questions: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Import questions, and start an attempt at a quiz of them; return its learner and the attempt."""
    _, author = await ask.learner(roles=AUTHOR)
    quiz = {"slug": "parts", "title": "Parts", "questions": [question["key"] for question in questions]}
    file = json.dumps(a_file(questions=list(questions), quizzes=[quiz]))
    await accepted(ask, author, "importQuestions", file=file, idempotencyKey="key")
    found = await ask.data('{ quiz(by: {slug: "parts"}) { id } }', author)
    _, viewer = await ask.learner()
    given = {"quizId": found["quiz"]["id"], "idempotencyKey": mint("key")}
    payload = await accepted(ask, viewer, "startQuizAttempt", ASKED, **given)
    return viewer, payload["attempt"]


async def graded(ask: Asker, viewer: Any, attempt_id: str, *answers: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the answers and submit; return the slots as they are shown then."""
    for number, answer in enumerate(answers, start=1):
        ask.clock.forward(seconds=10)
        given = {"attemptId": attempt_id, "slot": number, "answer": answer, "clientSeq": 1}
        await accepted(ask, viewer, "answerQuestion", "slot { number }", **given)
    await accepted(
        ask, viewer, "submitQuizAttempt", "attempt { state }", attemptId=attempt_id, idempotencyKey="end"
    )
    slots: list[dict[str, Any]] = (await ask.data(REVIEW, viewer, id=attempt_id))["attempt"]["slots"]
    return slots


async def test_a_matching_is_asked_graded_and_revealed(ask: Asker) -> None:
    viewer, attempt = await asked(ask, a_matching("bitter", salt="salty", sugar="sweet"))
    question = attempt["slots"][0]["question"]
    ids = {option["text"]: option["id"] for option in question["options"]}
    pairs = [{"prompt": 1, "option": ids["salty"]}, {"prompt": 2, "option": ids["bitter"]}]

    (slot,) = await graded(ask, viewer, attempt["id"], {"pairs": pairs})

    assert [prompt["text"] for prompt in question["prompts"]] == ["salt", "sugar"]
    assert ids.keys() == {"salty", "sweet", "bitter"}
    assert (slot["credit"], slot["answer"]["pairs"]) == (0.5, pairs)
    assert slot["key"]["pairs"] == [pairs[0], {"prompt": 2, "option": ids["sweet"]}]
    assert (slot["key"]["order"], slot["key"]["blanks"], slot["key"]["correctOptionIds"]) == ([], [], [])


async def test_an_ordering_is_asked_graded_and_revealed(ask: Asker) -> None:
    viewer, attempt = await asked(ask, an_ordering(*STEPS))
    ids = {option["text"]: option["id"] for option in attempt["slots"][0]["question"]["options"]}
    right = [ids[text] for text in STEPS]
    given = [*right[1:], right[0]]

    (slot,) = await graded(ask, viewer, attempt["id"], {"order": given})

    assert (slot["credit"], slot["answer"]["order"]) == (0.8, given)
    assert slot["key"]["order"] == right
    assert (slot["key"]["pairs"], slot["key"]["correctOptionIds"]) == ([], [])


async def test_a_cloze_is_asked_graded_and_revealed(ask: Asker) -> None:
    viewer, attempt = await asked(ask, CLOZE)
    question = attempt["slots"][0]["question"]
    options = {option["text"]: option["id"] for option in question["blanks"][2]["options"]}
    filled = [{"number": 1, "text": "k"}, {"number": 3, "option": options["salty"]}]

    (slot,) = await graded(ask, viewer, attempt["id"], {"blanks": filled})

    assert question["prompt"] == "[[1]] and [[2]] and [[3]]"
    assert [blank["takes"] for blank in question["blanks"]] == ["TEXT", "NUMBER", "OPTION"]
    assert [len(blank["options"]) for blank in question["blanks"]] == [0, 0, 2]
    assert slot["credit"] == 0.5
    assert slot["answer"]["blanks"] == [filled[0] | {"option": None}, filled[1] | {"text": None}]
    assert slot["key"]["blanks"] == [
        {
            "number": 1,
            "option": None,
            "acceptedTexts": [{"text": "Na", "weight": 100}, {"text": "K", "weight": 50}],
            "acceptedRanges": [],
        },
        {"number": 2, "option": None, "acceptedTexts": [], "acceptedRanges": [{"low": "1.4", "high": "1.6"}]},
        {"number": 3, "option": options["salty"], "acceptedTexts": [], "acceptedRanges": []},
    ]
    said = {each["answer"]: each["text"] for each in slot["optionFeedback"]}
    assert said == {"1:Na": "Right.", "1:*": "Look again.", options["sweet"]: "No."}


async def test_the_order_that_is_shown_depends_on_the_attempt_and_not_on_the_key(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.ORDERING, QuestionKind.MATCHING, QuestionKind.CLOZE)
    shown: list[set[str]] = [set(), set(), set()]
    for number in range(12):
        attempt_id = await taker.start_attempt(f"start {number}")
        for seen, slot in zip(shown, await taker.slots(attempt_id), strict=True):
            question = slot["question"]
            options = question.get("options") or question["blanks"][2]["options"]
            seen.add(json.dumps(options))
        await taker.abandon(attempt_id)

    assert all(len(seen) > 3 for seen in shown)


@pytest.mark.parametrize(
    ("slot", "answer", "expected"),
    [
        (1, {"pairs": [{"prompt": 1, "option": "option_01K742SG00EC1V4CSM6MV3EE1S"}]}, [("InvalidInput", "pairs")] * 2),
        (1, {"options": ["option_01K742SG00EC1V4CSM6MV3EE1S"]}, [("InvalidInput", "options")]),
        (2, {"order": []}, [("InvalidInput", "order")]),
        (2, {"pairs": []}, [("InvalidInput", "pairs")]),
        (3, {"blanks": [{"number": 9, "text": "a"}, {"number": 9}]}, [("InvalidInput", "blanks")] * 2),
        (3, {"blanks": [{"number": 1, "text": "a", "option": "option_01K742SG00EC1V4CSM6MV3EE1S"}]}, [("InvalidInput", "blanks")]),
    ],
)  # fmt: skip
async def test_what_does_not_fit_is_refused_by_name_and_changes_nothing(
    ask: Asker, slot: int, answer: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.MATCHING, QuestionKind.ORDERING, QuestionKind.CLOZE)
    attempt_id = await taker.start_attempt()
    given = {"attemptId": attempt_id, "slot": slot, "answer": answer, "clientSeq": 1}

    payload = await taker.mutate(
        "mutation ($input: AnswerQuestionInput!) { answerQuestion(input: $input) { slot { number } "
        "userErrors { __typename ... on UserError { code field message } } } }",
        given,
        None,
    )

    assert codes(payload) == expected
    assert all(found["answer"] is None for found in await taker.slots(attempt_id))


async def test_right_answers_of_every_part_are_right(ask: Asker) -> None:
    taker: QuizTaker = await a_quiz_taker(ask, *QuestionKind)
    attempt_id = await taker.start_attempt()
    for number, key in enumerate(taker.keys, start=1):
        ask.clock.forward(seconds=10)
        payload = await taker.answer(attempt_id, number, right_answer(key))
        assert payload["userErrors"] == []

    assert (await taker.submit(attempt_id))["attempt"]["score"] == 100.0
