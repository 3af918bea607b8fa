"""How others answered: shown with what was right, from ten others on, and never beside an open attempt."""

from typing import Any

from domain.content.answers import Answer
from domain.content.question_kinds.table import QuestionKind
from domain.content.quizzes import Feedback
from tests.support.attempts import QuizTaker, a_quiz_taker, a_twin_of, others, taken
from tests.support.schema_client import Asker

REVIEW = """query ($id: ID!) { attempt(id: $id) {
  slots { others { learners correctPercent choices { answer percent } } }
  review { correct slots { number answer { truth options } key { truth correctOptionIds } explanation
    others { learners correctPercent } } } } }"""


async def review(taker: QuizTaker, attempt_id: str) -> dict[str, Any]:
    data = await taker.ask.data(REVIEW, taker.viewer, id=attempt_id)
    attempt: dict[str, Any] = data["attempt"]
    return attempt


async def test_the_review_shows_how_others_answered_once_the_attempt_is_closed(ask: Asker) -> None:
    taker = await a_quiz_taker(
        ask, QuestionKind.SINGLE_CHOICE, QuestionKind.TRUE_FALSE, QuestionKind.SHORT_TEXT
    )
    await others(taker, right=8, wrong=4)
    attempt_id = await taker.start_attempt()
    open_one = await review(taker, attempt_id)
    await taker.submit(attempt_id)

    closed = await review(taker, attempt_id)

    assert [slot["others"] for slot in open_one["slots"]] == [None] * 3
    assert open_one["review"] is None
    choice, truth, text = (slot["others"] for slot in closed["slots"])
    (right_option,) = taker.keys[0].correct_options
    assert (choice["learners"], choice["correctPercent"]) == (12, 66.7)
    percents = {each["answer"]: each["percent"] for each in choice["choices"]}
    assert percents.pop(right_option) == 66.7
    assert list(percents.values()) == [33.3]
    assert truth["choices"] == [
        {"answer": "false", "percent": 33.3},
        {"answer": "true", "percent": 66.7},
    ]
    assert (text["correctPercent"], text["choices"]) == (66.7, [])
    first = closed["review"]["slots"][0]
    assert first["key"]["correctOptionIds"] == [right_option]
    assert first["explanation"] == taker.keys[0].explanation
    assert first["others"] == {"learners": 12, "correctPercent": 66.7}


async def test_nine_others_are_too_few_and_the_learner_is_none_of_the_ten(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE)
    (first, *_) = await others(taker, right=9, wrong=0)
    mine = await taken(taker, taker.viewer, is_right=False)
    before = await review(taker, mine)
    for number in range(3):
        await taken(taker, first, is_right=False, key=f"again {number}")
    repeated = await review(taker, mine)
    await others(taker, right=1, wrong=0)

    after = await review(taker, mine)

    assert before["slots"] == repeated["slots"] == [{"others": None}]
    assert after["slots"][0]["others"]["learners"] == 10
    assert after["slots"][0]["others"]["correctPercent"] == 100


async def test_how_others_answered_is_withheld_while_another_open_attempt_asks_the_question(
    ask: Asker,
) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE, QuestionKind.TRUE_FALSE)
    twin = await a_twin_of(taker, 1)
    await others(taker, right=6, wrong=4)
    mine = await taken(taker, taker.viewer, is_right=True)
    open_id = await twin.start_attempt("twin")

    during = await review(taker, mine)
    await twin.abandon(open_id)
    after = await review(taker, mine)

    assert [slot["others"] is None for slot in during["slots"]] == [True, False]
    assert [slot["others"] is None for slot in after["slots"]] == [False, False]


async def test_an_abandoned_attempt_shows_nothing_and_another_learner_reads_nothing(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.TRUE_FALSE)
    (other, *_) = await others(taker, right=10, wrong=0)
    attempt_id = await taker.start_attempt()
    await taker.abandon(attempt_id)

    abandoned = await review(taker, attempt_id)
    foreign = await ask.data(REVIEW, other, id=attempt_id)

    assert abandoned["slots"] == [{"others": None}]
    assert foreign["attempt"] is None


async def test_with_feedback_after_each_answer_others_are_shown_with_the_answer(ask: Asker) -> None:
    taker = await a_quiz_taker(
        ask, QuestionKind.TRUE_FALSE, QuestionKind.TRUE_FALSE, feedback=Feedback.AFTER_EACH
    )
    await others(taker, right=10, wrong=0)
    attempt_id = await taker.start_attempt()

    await taker.answer(attempt_id, 1, Answer(truth=True))

    found = await review(taker, attempt_id)
    assert [slot["others"] is None for slot in found["slots"]] == [False, True]
