"""Secrecy of study mode: what an open attempt asks is not shown, not answered and not explained there."""

import json
from datetime import timedelta

import pytest

from domain.content.drawing.pools import QuestionPool
from domain.content.quizzes import Feedback
from domain.unit_of_work import Meter
from tests.builders.attempts import right_answer, secrets_of
from tests.support.attempts import EVERY_KIND, a_twin_of, codes
from tests.support.schema_client import Asker
from tests.support.study import Studier, a_studier, studier_of


def assert_tells_nothing(text: str, studier: Studier) -> None:
    assert not any(secret in text for key in studier.taker.keys for secret in secrets_of(key))


async def test_nothing_is_studied_that_an_open_attempt_asks(ask: Asker) -> None:
    studier = await a_studier(ask)
    attempt_id = await studier.taker.start_attempt()

    refused = await studier.start()
    await studier.taker.abandon(attempt_id)

    assert codes(refused) == [("QuestionWithheld", None)]
    assert "attempts" in refused["userErrors"][0]["message"]
    assert codes(await studier.start("again")) == []


async def test_other_questions_are_studied_meanwhile(ask: Asker) -> None:
    studier = await a_studier(ask)
    twin = await a_twin_of(studier.taker, 3)
    await twin.start_attempt()
    session_id = await studier.started()

    asked = await studier.study(session_id, 4)

    assert set(asked) == {question.id for question in studier.taker.questions[3:]}


@pytest.mark.parametrize("corrected", [False, True])
async def test_an_attempt_that_starts_later_withholds_the_open_question(ask: Asker, corrected: bool) -> None:
    studier = await a_studier(ask, *EVERY_KIND)
    session_id = await studier.started()
    shown = (await studier.next(session_id))["slot"]
    place = [question.id for question in studier.taker.questions].index(shown["question"]["id"])
    asking = await a_twin_of(studier.taker, corrected=corrected)
    attempt_id = await asking.start_attempt()

    answered = await studier.answer(session_id, 1, right_answer(studier.taker.keys[place]))
    read = (await studier.read(session_id))["current"]
    following = await studier.next(session_id)
    skipped = await studier.answer(session_id, 1, None)
    await asking.abandon(attempt_id)
    after = await studier.answer(session_id, 1, right_answer(studier.taker.keys[place]), "late")

    assert codes(answered) == [("QuestionWithheld", "slot")]
    assert (read["withheld"], read["question"], read["key"]) == (True, None, None)
    assert codes(following) == [("QuestionWithheld", None)]
    assert codes(skipped) == []
    assert codes(after) == [("StudySlotEnded", "slot")]
    assert_tells_nothing(json.dumps([answered, read, following, skipped]), studier)


async def test_the_next_question_takes_the_place_of_a_withheld_one(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    shown = (await studier.next(session_id))["slot"]["question"]["id"]
    place = [question.id for question in studier.taker.questions].index(shown)
    asking = await a_twin_of(studier.taker, place + 1)
    if place == len(studier.taker.questions) - 1:
        asking = await a_twin_of(studier.taker, 1)
    await asking.start_attempt()

    payload = await studier.next(session_id)

    is_withheld = place < len(studier.taker.questions) - 1
    assert payload["slot"]["number"] == (2 if is_withheld else 1)
    assert payload["slot"]["question"]["id"] not in {question.id for question in asking.questions}


async def test_an_answer_is_not_explained_while_an_attempt_asks_the_question(ask: Asker) -> None:
    studier = await a_studier(ask, *EVERY_KIND)
    session_id = await studier.started()
    await studier.study(session_id, len(EVERY_KIND))
    before = await studier.read(session_id)
    attempt_id = await studier.taker.start_attempt()

    slots = await studier.slots(session_id)
    during = await studier.read(session_id)
    await studier.taker.submit(attempt_id)

    assert before["rightAnswers"] == len(EVERY_KIND)
    assert during["rightAnswers"] is None
    assert all(
        (slot["withheld"], slot["question"], slot["credit"], slot["key"], slot["explanation"])
        == (True, None, None, None, None)
        for slot in slots
    )
    own = json.dumps([slot["answer"] for slot in slots])
    shown = json.dumps([{**slot, "answer": None} for slot in slots])
    assert_tells_nothing(shown, studier)
    assert own
    assert (await studier.read(session_id))["rightAnswers"] == len(EVERY_KIND)
    assert all(slot["explanation"] for slot in await studier.slots(session_id))


async def test_an_answer_reveals_that_question_alone_and_to_its_learner_alone(ask: Asker) -> None:
    studier = await a_studier(ask, *EVERY_KIND)
    session_id = await studier.started()
    (asked,) = await studier.study(session_id, 1)
    await studier.next(session_id)
    _, eve = await ask.learner()

    text = json.dumps(await studier.slots(session_id))

    told = {key.question_id for key in studier.taker.keys if key.explanation in text}
    assert told == {asked}
    assert await studier.read(session_id, eve) is None


async def test_feedback_after_each_answer_lets_a_question_be_studied_once_it_is_shown(ask: Asker) -> None:
    studier = await a_studier(ask, feedback=Feedback.AFTER_EACH)
    attempt_id = await studier.taker.start_attempt()
    await studier.taker.answer(attempt_id, 2, right_answer(studier.taker.keys[1]))

    session_id = await studier.started()

    assert set(await studier.study(session_id, 2)) == {studier.taker.questions[1].id}


async def test_the_export_leaves_out_credit_that_an_open_attempt_withholds(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    await studier.study(session_id, 2)

    async def answers() -> list[dict[str, object]]:
        async with ask.postgres.open_reads(Meter()) as reads:
            sections = await reads.exports.sections(studier.viewer.user_id)
        found: list[dict[str, object]] = json.loads(sections["study_answers"])
        return found

    before = await answers()
    await studier.taker.start_attempt()
    during = await answers()

    assert [answer["credit_numerator"] for answer in before] == [1, 1]
    assert all("credit_numerator" not in answer for answer in during)


@pytest.mark.parametrize("corrected", [False, True])
async def test_a_quiz_with_attempts_left_is_not_studied(ask: Asker, corrected: bool) -> None:
    studier = await a_studier(ask)
    limited = await a_twin_of(studier.taker, 3, corrected=corrected, attempts_allowed=2)
    other = await studier_of(limited)

    named = await other.start("named", quizId=limited.quiz.id)
    session_id = await studier.started()
    asked = {*await studier.study(session_id, 4)}
    for number in range(2):
        attempt_id = await limited.start_attempt(f"attempt {number}")
        await limited.submit(attempt_id, f"submit {number}")
        ask.clock.forward(minutes=1)
    later = await other.start("later", quizId=limited.quiz.id)

    assert codes(named) == [("InvalidInput", "quizId")]
    assert "attempts left" in named["userErrors"][0]["message"]
    assert asked == {question.id for question in studier.taker.questions[3:]}
    assert codes(later) == []


async def test_a_closed_quiz_is_studied_whatever_attempts_are_left(ask: Asker) -> None:
    closes_at = ask.clock.moment + timedelta(hours=1)
    studier = await a_studier(ask, attempts_allowed=1, closes_at=closes_at)
    before = await studier.start("before", quizId=studier.taker.quiz.id)
    none = await studier.start("none")
    ask.clock.moment = closes_at

    after = await studier.start("after", quizId=studier.taker.quiz.id)

    assert codes(before) == [("InvalidInput", "quizId")]
    assert codes(none) == [("NothingToStudy", "examType")]
    assert "attempts left" in none["userErrors"][0]["message"]
    assert codes(after) == []


async def test_a_pool_of_a_quiz_with_attempts_left_is_not_studied(ask: Asker) -> None:
    studier = await a_studier(ask)
    await a_twin_of(
        studier.taker, 1, attempts_allowed=1, pools=[QuestionPool(domain_id=None, difficulty=None, count=1)]
    )

    assert codes(await studier.start()) == [("NothingToStudy", "examType")]
