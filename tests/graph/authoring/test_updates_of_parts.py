"""Updates of matching, ordering and cloze questions: a new key for each part, and what does not fit is named."""

from typing import Any

import pytest

from domain.content.drawn_keys import as_draft
from domain.content.question_kinds.key_drafts import KeyDraft
from domain.content.question_kinds.table import QuestionKind
from domain.ids import QuestionId
from domain.unit_of_work import Meter
from tests.support.attempts import a_quiz_taker
from tests.support.question_updates import author_of, update, updated
from tests.support.schema_client import Asker

KINDS = (QuestionKind.MATCHING, QuestionKind.ORDERING, QuestionKind.CLOZE)


def options(*texts: str) -> list[dict[str, Any]]:
    return [{"text": text} for text in texts]


async def key_of(ask: Asker, question_id: str) -> KeyDraft:
    async with ask.postgres.open_reads(Meter()) as reads:
        (question,) = await reads.questions.by_ids([QuestionId(question_id)])
        (key,) = await reads.questions.keys_by_ids([QuestionId(question_id)])
    assert question is not None
    assert key is not None
    return as_draft(question, key)


async def test_a_matching_gets_new_pairs(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.MATCHING)
    prompts = [{"text": "salt", "match": "salty"}, {"text": "sea", "match": "salty"}]
    key = {"options": options("sweet", "salty"), "prompts": prompts}

    content = await updated(ask, author_of(taker), taker.questions[0].id, key=key)

    stored = await key_of(ask, content["question"]["id"])
    assert [(p.text, stored.options[p.option].text) for p in stored.prompts] == [
        ("salt", "salty"),
        ("sea", "salty"),
    ]
    assert stored.ordered is False


async def test_an_ordering_gets_a_new_order(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.ORDERING)
    texts = ["ice", "water", "steam", "cloud", "rain"]

    content = await updated(ask, author_of(taker), taker.questions[0].id, key={"options": options(*texts)})

    stored = await key_of(ask, content["question"]["id"])
    assert (stored.ordered, [option.text for option in stored.options]) == (True, texts)


async def test_a_cloze_gets_new_blanks_with_its_prompt(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, QuestionKind.CLOZE)
    blanks = [
        {"texts": [{"text": "NaCl"}], "feedback": [{"answer": "*", "text": "Look again."}]},
        {"numbers": [{"low": "1", "high": "2"}]},
    ]

    content = await updated(
        ask,
        author_of(taker),
        taker.questions[0].id,
        prompt="[[1]] is salt, [[2]] times.",
        key={"blanks": blanks},
    )

    first, second = (await key_of(ask, content["question"]["id"])).blanks
    assert ([text.text for text in first.texts], first.feedback) == (["NaCl"], {"*": "Look again."})
    assert [(str(number.low), str(number.high)) for number in second.numbers] == [("1", "2")]


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_left_out_of_a_question_of_parts_stays(ask: Asker, kind: QuestionKind) -> None:
    taker = await a_quiz_taker(ask, kind)
    before = await key_of(ask, taker.questions[0].id)

    content = await updated(ask, author_of(taker), taker.questions[0].id, difficulty="HARD")

    after = await key_of(ask, content["question"]["id"])
    assert [p.text for p in after.prompts] == [p.text for p in before.prompts]
    assert [(b.texts, b.numbers, b.feedback) for b in after.blanks] == [
        (b.texts, b.numbers, b.feedback) for b in before.blanks
    ]
    assert after.ordered is before.ordered
    if kind is QuestionKind.ORDERING:
        assert [(o.text, o.feedback) for o in after.options] == [(o.text, o.feedback) for o in before.options]


@pytest.mark.parametrize(
    ("kind", "given", "fields", "sentence"),
    [
        ("CLOZE", {"prompt": "No blank"}, "prompt", "must have [[1]], [[2]]"),
        ("CLOZE", {"key": {"blanks": [{"texts": [{"text": "a"}]}]}}, "key", "must have [[1]], [[2]]"),
        ("CLOZE", {"key": {"blanks": [{}]}}, "key key.blanks[0].options", "Blank 1: A choice needs"),
        ("CLOZE", {"key": {"blanks": [{"texts": [{"text": "a"}], "numbers": [{"low": "1", "high": "1"}]}]}}, "key key.blanks[0]", "takes one of"),
        ("CLOZE", {"key": {"truth": True}}, "key key.blanks", "has no truth"),
        ("MATCHING", {"key": {"options": options("a", "b")}}, "key.prompts", "2 to 20 prompts"),
        ("MATCHING", {"key": {"options": options("a", "b"), "prompts": [{"text": "x", "match": "c"}, {"text": "y", "match": "a"}]}}, "key.prompts[0].match", "no option among"),
        ("ORDERING", {"key": {"options": options("a", " a")}}, "key.options[1].text", "Two options are the same"),
        ("ORDERING", {"key": {"options": options("a", "b"), "prompts": [{"text": "x", "match": "a"}]}}, "key", "has no prompts"),
        ("TRUE_FALSE", {"key": {"blanks": [{"texts": [{"text": "a"}]}]}}, "key key.truth", "has no blanks"),
    ],
)  # fmt: skip
async def test_what_does_not_fit_the_kind_is_named_and_nothing_is_stored(
    ask: Asker, kind: str, given: dict[str, Any], fields: str, sentence: str
) -> None:
    taker = await a_quiz_taker(ask, QuestionKind[kind])
    if kind == "CLOZE" and "prompt" not in given:
        given = {"prompt": "[[1]] and [[2]]"} | given

    payload = await update(ask, author_of(taker), taker.questions[0].id, **given)

    errors = payload["userErrors"]
    assert {(error["code"], error["field"]) for error in errors} == {
        ("INVALID_INPUT", field) for field in fields.split()
    }
    assert any(sentence in error["message"] for error in errors), errors
    assert payload["content"] is None
