"""Secrecy: while an attempt is open, no path of the schema reveals the right answers to its learner."""

import json

import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
)

from domain.content.answers import Answer, FilledBlank, Pair
from domain.content.quizzes import Feedback
from graph.declarations import directives_of
from graph.directives import Reveal
from graph.schema import executable
from tests.builders.attempts import right_answer, secrets_of
from tests.support.attempts import EVERY_KIND, READ, SLOTS, a_quiz_taker, sent
from tests.support.schema_client import Asker
from tests.support.secrecy import assert_reveals_nothing, responses
from tests.support.study import a_guess, studier_of


@pytest.mark.slow
@pytest.mark.parametrize("feedback", list(Feedback))
async def test_no_query_tells_a_key_while_the_attempt_is_open(ask: Asker, feedback: Feedback) -> None:
    taker = await a_quiz_taker(ask, *EVERY_KIND, feedback=feedback)
    await taker.start_attempt()

    text = await responses(taker)

    assert_reveals_nothing(text, taker)
    assert all(f'"prompt": "{question.prompt}"' in text for question in taker.questions)
    assert '"key": null' in text
    assert '"key": {' not in text


@pytest.mark.slow
async def test_no_query_tells_a_key_of_what_was_studied_before(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, *EVERY_KIND)
    studier = await studier_of(taker)
    session_id = await studier.started()
    for number in range(1, len(EVERY_KIND) + 1):
        shown = (await studier.next(session_id))["slot"]["question"]
        question = next(each for each in taker.questions if each.id == shown["id"])
        payload = await studier.answer(session_id, number, a_guess(question))
        assert payload["userErrors"] == [], payload
        assert payload["slot"]["explanation"]
    await taker.start_attempt()

    text = await responses(taker)

    assert_reveals_nothing(text, taker)
    assert f'"id": "{session_id}"' in text
    assert '"withheld": true' in text
    assert '"key": {' not in text


@pytest.mark.slow
async def test_the_same_walk_finds_every_secret_once_the_attempt_is_graded(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, *EVERY_KIND)
    attempt_id = await taker.start_attempt()
    await taker.submit(attempt_id)

    text = await responses(taker)

    for key in taker.keys:
        for secret in secrets_of(key):
            assert secret in text
        for option in {*key.correct_options, *(part.option for part in key.parts if part.option)}:
            assert text.count(option) > 1


async def test_answers_and_refusals_reveal_nothing(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, *EVERY_KIND)
    attempt_id = await taker.start_attempt()
    payloads = []
    for number in range(1, len(taker.keys) + 1):
        for given in (
            Answer(truth=False),
            Answer(text="guess"),
            Answer(number=7),  # type: ignore[arg-type]
            Answer(options=[taker.questions[0].options[0].id]),
            Answer(options=[taker.questions[1].options[0].id]),
            Answer(order=[taker.questions[6].options[0].id]),
            Answer(pairs=[Pair(prompt=1, option=taker.questions[5].options[0].id)]),
            Answer(blanks=[FilledBlank(number=1, text="guess"), FilledBlank(number=2, text="guess")]),
        ):
            payloads.append(await taker.answer(attempt_id, number, given, seq=len(payloads)))
    payloads.append(await taker.submit(attempt_id, ""))

    assert_reveals_nothing(json.dumps(payloads), taker)
    right = {p["slot"]["credit"] for p in payloads if p.get("slot")}
    assert right == {None}


async def test_feedback_after_each_answer_reveals_only_that_slot(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, *EVERY_KIND, feedback=Feedback.AFTER_EACH)
    attempt_id = await taker.start_attempt()
    await taker.answer(attempt_id, 3, right_answer(taker.keys[2]))

    text = json.dumps(await taker.slots(attempt_id))

    assert taker.keys[2].explanation in text
    for number in {*range(len(taker.keys))} - {2}:
        assert not any(secret in text for secret in secrets_of(taker.keys[number]))


async def test_a_graded_attempt_closes_again_while_another_one_asks_the_same(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, *EVERY_KIND)
    first = await taker.start_attempt("a")
    await taker.submit(first, "a")
    assert all(slot["key"] for slot in await taker.slots(first))

    second = await taker.start_attempt("b")
    hidden = await taker.slots(first)
    await taker.submit(second, "b")

    assert_reveals_nothing(json.dumps(hidden), taker)
    assert all(slot["key"] is None and slot["credit"] is None for slot in hidden)
    assert all(slot["key"] for slot in await taker.slots(first))


@pytest.mark.slow
async def test_an_abandoned_attempt_is_no_way_to_the_key(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, *EVERY_KIND)
    attempt_id = await taker.start_attempt()
    await taker.abandon(attempt_id)

    text = await responses(taker)

    assert_reveals_nothing(text, taker)


async def test_a_graded_attempt_of_another_learner_reveals_nothing(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, *EVERY_KIND)
    _, eve = await ask.learner()
    attempt_id = await taker.start_attempt()
    await taker.submit(attempt_id)
    await taker.start_attempt("eve", viewer=eve)

    text = json.dumps(await ask(SLOTS, eve, id=attempt_id)) + json.dumps(await ask(READ, eve, id=attempt_id))

    assert_reveals_nothing(text, taker)
    assert json.loads(json.dumps(await ask(SLOTS, eve, id=attempt_id)))["data"]["attempt"] is None


async def test_the_mutations_of_an_open_attempt_reveal_nothing(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, *EVERY_KIND)
    payloads = [await taker.start()]
    attempt_id = payloads[0]["attempt"]["id"]
    payloads.append(await taker.start("again"))
    for number, key in enumerate(taker.keys, start=1):
        payloads.append(await taker.answer(attempt_id, number, right_answer(key)))

    answers = [right_answer(key) for key in taker.keys]
    own = {str(v) for answer in answers for v in sent(answer).values() if isinstance(v, str)}
    own |= {filled.text for answer in answers for filled in answer.blanks or [] if filled.text}
    text = json.dumps(payloads)

    for key in taker.keys:
        assert not any(secret in text for secret in secrets_of(key) - own)


def test_no_type_outside_the_slot_knows_of_a_key() -> None:
    secret = {"RevealedKey", "RevealedBlank", "AcceptedText", "AcceptedRange", "OptionFeedback"}
    found = {
        f"{name}.{field}"
        for name, type_ in executable().type_map.items()
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        for field, declared in type_.fields.items()
        if get_named_type(declared.type).name in secret
    }

    assert found == {
        "AttemptSlot.key",
        "AttemptSlot.optionFeedback",
        "CardAnswer.key",
        "CardAnswer.optionFeedback",
        "StudySlot.key",
        "StudySlot.optionFeedback",
        "RevealedKey.acceptedTexts",
        "RevealedKey.acceptedRanges",
        "RevealedKey.blanks",
        "RevealedBlank.acceptedTexts",
        "RevealedBlank.acceptedRanges",
    }


@pytest.mark.parametrize(("name", "more"), [("AttemptSlot", {"corrected", "others"}), ("StudySlot", set())])
def test_every_secret_of_a_slot_says_reveal(name: str, more: set[str]) -> None:
    slot = executable().type_map[name]
    assert isinstance(slot, GraphQLObjectType)

    said = {name for name, field in slot.fields.items() if directives_of(field, Reveal)}

    assert said == {"credit", "key", "explanation", "optionFeedback"} | more
