"""Secrecy: while an attempt is open, no path of the schema tells its learner what is right."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from domain.answers import Answer
from domain.questions import QuestionKind
from domain.quizzes import Feedback
from graph.matrix import REFUSED, cell
from graph.rules import rules_of
from graph.schema import executable
from tests.asking import Asker
from tests.builders.attempts import right_answer, secrets_of
from tests.taking import READ, SLOTS, Stage, sent, staged

EVERY_KIND = list(QuestionKind)
RULES = rules_of(executable())


class Walk:
    """Writes a document for each root field that selects every field below it, to a depth, a few at a time."""

    def __init__(self, depth: int) -> None:
        self._depth = depth

    def documents(self, field: str, arguments: str) -> Iterator[str]:
        root = executable().query_type
        assert root is not None
        for path in self._paths(get_named_type(root.fields[field].type), self._depth, ()):
            yield f"{{ {field}{arguments} {path} }}"

    def _paths(self, type_: GraphQLNamedType, depth: int, seen: tuple[str, ...]) -> Iterator[str]:
        """Yield one selection set per composite field, with all leaves that stand beside it."""
        if isinstance(type_, GraphQLUnionType | GraphQLInterfaceType):
            for member in executable().get_possible_types(type_):
                for path in self._paths(member, depth, seen):
                    yield f"{{ ... on {member.name} {path} }}"
        if isinstance(type_, GraphQLUnionType):
            return
        assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        leaves = "__typename " + " ".join(
            n for n, f in free(type_).items() if is_leaf_type(get_named_type(f.type))
        )
        yield f"{{ {leaves} }}"
        if depth and seen.count(type_.name) <= 1:
            for name, field in free(type_).items():
                below = get_named_type(field.type)
                if not is_leaf_type(below):
                    first = "(first: 3)" if "first" in field.args else ""
                    for path in self._paths(below, depth - 1, (*seen, type_.name)):
                        yield f"{{ {leaves} {name}{first} {path} }}"


def free(type_: GraphQLObjectType | GraphQLInterfaceType) -> dict[str, GraphQLField]:
    """The fields that need no argument."""
    return {n: f for n, f in type_.fields.items() if not any(map(is_required_argument, f.args.values()))}


async def responses(stage: Stage, depth: int = 4) -> str:
    """Return everything that the learner can read with queries, as one text."""
    attempt_id = (await stage.ask.data("{ viewer { attempts { nodes { id } } } }", stage.viewer))["viewer"][
        "attempts"
    ]["nodes"][0]["id"]
    walk = Walk(depth)
    found: list[Any] = []
    given = {"attempt": f'(id: "{attempt_id}")', "quiz": f'(by: {{id: "{stage.quiz.id}"}})'}
    given |= {"user": f'(by: {{id: "{stage.viewer.user_id}"}})'}
    root = executable().query_type
    assert root is not None
    documents = [
        document
        for name in root.fields
        if (name in given or name in free(root)) and cell(RULES, f"Query.{name}", stage.viewer) != REFUSED
        for document in walk.documents(name, given.get(name, ""))
    ]
    assert len(documents) > 100
    for document in documents:
        response = await stage.ask(document, stage.viewer)
        codes = {error["extensions"]["code"] for error in response.get("errors", [])}
        assert codes <= {"COST_LIMIT_EXCEEDED", "DEPTH_LIMIT_EXCEEDED"}, (document, response)
        found.append(response)
    return json.dumps(found, ensure_ascii=False)


def assert_silent(text: str, stage: Stage) -> None:
    for key in stage.keys:
        for secret in secrets_of(key):
            assert secret not in text
    assert "correctOptionIds" not in text.replace('"correctOptionIds": []', "")


@pytest.mark.slow
@pytest.mark.parametrize("feedback", list(Feedback))
async def test_no_query_tells_a_key_while_the_attempt_is_open(ask: Asker, feedback: Feedback) -> None:
    stage = await staged(ask, *EVERY_KIND, feedback=feedback)
    await stage.started()

    text = await responses(stage)

    assert_silent(text, stage)
    assert all(f'"prompt": "{question.prompt}"' in text for question in stage.questions)
    assert '"key": null' in text
    assert '"key": {' not in text


@pytest.mark.slow
async def test_the_same_walk_finds_every_secret_once_the_attempt_is_graded(ask: Asker) -> None:
    stage = await staged(ask, *EVERY_KIND)
    attempt_id = await stage.started()
    await stage.submit(attempt_id)

    text = await responses(stage)

    for key in stage.keys:
        for secret in secrets_of(key):
            assert secret in text
        for option in key.correct_options:
            assert text.count(option) > 1


async def test_answers_and_refusals_tell_nothing(ask: Asker) -> None:
    stage = await staged(ask, *EVERY_KIND)
    attempt_id = await stage.started()
    told = []
    for number in range(1, 6):
        for given in (
            Answer(truth=False),
            Answer(text="guess"),
            Answer(number=7),  # type: ignore[arg-type]
            Answer(options=[stage.questions[0].options[0].id]),
            Answer(options=[stage.questions[1].options[0].id]),
        ):
            told.append(await stage.answer(attempt_id, number, given, seq=len(told)))
    told.append(await stage.submit(attempt_id, ""))

    assert_silent(json.dumps(told), stage)
    right = {p["slot"]["credit"] for p in told if p.get("slot")}
    assert right == {None}


async def test_feedback_after_each_answer_tells_of_that_slot_alone(ask: Asker) -> None:
    stage = await staged(ask, *EVERY_KIND, feedback=Feedback.AFTER_EACH)
    attempt_id = await stage.started()
    await stage.answer(attempt_id, 3, right_answer(stage.keys[2]))

    text = json.dumps(await stage.slots(attempt_id))

    assert stage.keys[2].explanation in text
    for number in (0, 1, 3, 4):
        assert not any(secret in text for secret in secrets_of(stage.keys[number]))


async def test_a_graded_attempt_closes_again_while_another_one_asks_the_same(ask: Asker) -> None:
    stage = await staged(ask, *EVERY_KIND)
    first = await stage.started("a")
    await stage.submit(first, "a")
    assert all(slot["key"] for slot in await stage.slots(first))

    second = await stage.started("b")
    hidden = await stage.slots(first)
    await stage.submit(second, "b")

    assert_silent(json.dumps(hidden), stage)
    assert all(slot["key"] is None and slot["credit"] is None for slot in hidden)
    assert all(slot["key"] for slot in await stage.slots(first))


@pytest.mark.slow
async def test_an_abandoned_attempt_is_no_way_to_the_key(ask: Asker) -> None:
    stage = await staged(ask, *EVERY_KIND)
    attempt_id = await stage.started()
    await stage.abandon(attempt_id)

    text = await responses(stage)

    assert_silent(text, stage)


async def test_another_learners_graded_attempt_tells_nothing(ask: Asker) -> None:
    stage = await staged(ask, *EVERY_KIND)
    _, eve = await ask.learner()
    attempt_id = await stage.started()
    await stage.submit(attempt_id)
    await stage.started("eve", viewer=eve)

    text = json.dumps(await ask(SLOTS, eve, id=attempt_id)) + json.dumps(await ask(READ, eve, id=attempt_id))

    assert_silent(text, stage)
    assert json.loads(json.dumps(await ask(SLOTS, eve, id=attempt_id)))["data"]["attempt"] is None


async def test_the_mutations_of_an_open_attempt_tell_nothing(ask: Asker) -> None:
    stage = await staged(ask, *EVERY_KIND)
    told = [await stage.start()]
    attempt_id = told[0]["attempt"]["id"]
    told.append(await stage.start("again"))
    for number, key in enumerate(stage.keys, start=1):
        told.append(await stage.answer(attempt_id, number, right_answer(key)))

    own = {str(v) for key in stage.keys for v in sent(right_answer(key)).values() if isinstance(v, str)}
    text = json.dumps(told)

    for key in stage.keys:
        assert not any(secret in text for secret in secrets_of(key) - own)


def test_no_type_outside_the_slot_knows_of_a_key() -> None:
    secret = {"RevealedKey", "AcceptedText", "AcceptedRange", "OptionFeedback"}
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
        "RevealedKey.acceptedTexts",
        "RevealedKey.acceptedRanges",
    }


def test_every_secret_of_a_slot_says_reveal() -> None:
    slot = executable().type_map["AttemptSlot"]
    assert isinstance(slot, GraphQLObjectType)

    said = {
        name
        for name, field in slot.fields.items()
        for directive in field.extensions["strawberry-definition"].directives
        if type(directive).__name__ == "Reveal"
    }

    assert said == {"credit", "key", "explanation", "optionFeedback"}
