"""Plans and documents are kept within bounds."""

from typing import Any

import pytest
from graphql import build_schema, get_variable_values, parse
from graphql.execution.values import VariableValues

from graph.documents import BYTES_PER_CHARACTER, Documents, RefusedDocumentError
from graph.engine import variants
from graph.engine.plans import Load, Selection
from graph.engine.variants import MOST_VARIANTS, Variants
from graph.engine.walking import fields_of, selections_of
from graph.limits import Limits
from tests.graph.engine.shelves import CORE

NAMES = [f"b{n}" for n in range(5)]
TEXT = (
    "query ("
    + " ".join(f"${n}: Boolean!" for n in NAMES)
    + " $x: Int) {"
    + " ".join(f"f{n}: echo(x: $x) @include(if: ${n})" for n in NAMES)
    + "}"
)
SCHEMA = build_schema("type Query { echo(x: Int): Int }")


def prepared() -> Variants:
    document = parse(TEXT)
    return Variants(SCHEMA, document, document.definitions[0])  # type: ignore[arg-type]


def values(number: int, **others: Any) -> Any:
    sent = {name: bool(number >> at & 1) for at, name in enumerate(NAMES)} | others
    return get_variable_values(SCHEMA, parse(TEXT).definitions[0].variable_definitions, sent)  # type: ignore[union-attr]


def test_there_is_one_plan_for_each_assignment_of_the_conditions() -> None:
    found = prepared()

    first = found.plan(values(5, x=1), {})

    assert first is found.plan(values(5, x=2), {})
    assert first is not found.plan(values(4), {})
    assert first is not found.plan(values(5), {"Query.echo": "FORBIDDEN"})
    assert first is not None
    assert list(first.root.template) == ["fb0", "fb2"]


def test_the_plans_of_an_operation_are_at_most_eight() -> None:
    found = prepared()

    for number in range(32):
        assert found.plan(values(number), {}) is not None

    assert len(found._plans) == MOST_VARIANTS


def test_documents_are_kept_up_to_a_number_of_bytes_the_latest_used_longest() -> None:
    texts = [f"{{ k{n}: __typename }} {'#' * 400}" for n in range(40)]
    largest = 20 * (2_000 + len(texts[0]) * BYTES_PER_CHARACTER)
    documents = Documents(CORE, limits=Limits(), hide_suggestions=False, largest=largest)
    first = documents.prepare(texts[0], None)

    for text in texts:
        documents.prepare(text, None)
        assert documents.prepare(texts[0], None) is first
        assert documents.bytes <= largest

    assert len(documents._known) in {19, 20}
    assert documents.bytes == sum(2_000 + len(text) * BYTES_PER_CHARACTER for text, _ in documents._known)


def test_a_document_that_fails_validation_is_never_kept_nor_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variants, "Compiler", None)
    documents = Documents(CORE, limits=Limits(), hide_suggestions=False)

    with pytest.raises(RefusedDocumentError):
        documents.prepare("{ unknown }", None)

    assert documents.bytes == 0
    assert documents._known == {}


def test_a_document_that_would_fill_the_cache_is_run_and_forgotten() -> None:
    documents = Documents(CORE, limits=Limits(), hide_suggestions=False, largest=10_000)

    assert documents.prepare("{ __typename }", None).name is None

    assert documents.bytes == 0


def test_a_survey_is_remembered_for_each_length_that_variables_ask_for() -> None:
    documents = Documents(CORE, limits=Limits(cost=60), hide_suggestions=False)
    found = documents.prepare("query ($n: Int, $u: String!) { shelves(count: $n) { size(unit: $u) } }", None)

    assert found.survey({"n": 1, "u": "cm"}) is found.survey({"n": 2, "u": "m"})


def test_plans_and_the_time_that_compiling_takes_are_counted() -> None:
    documents = Documents(CORE, limits=Limits(), hide_suggestions=False)
    text = "query ($deep: Boolean!) { shelves { id books @include(if: $deep) { title } } }"
    found = documents.prepare(text, None)

    for deep in (True, False, True):
        values = found.values({"deep": deep})
        assert not isinstance(values, list)
        found.variants.plan(values, {})

    assert documents.compilations.count == 2
    assert 0 < documents.compilations.seconds < 10


def test_types_that_are_told_apart_asynchronously_are_left_to_the_reference() -> None:
    schema = build_schema(
        "union Either = A | B type A { a: Int } type B { b: Int } type Query { either: Either }"
    )

    async def resolve_type(*_: object) -> str:
        return "A"

    schema.type_map["Either"].resolve_type = resolve_type  # type: ignore[attr-defined]
    document = parse("{ either { ... on A { a } } }")
    found = Variants(schema, document, document.definitions[0])  # type: ignore[arg-type]

    assert found.plan(VariableValues({}, {}), {}) is None
    assert found.obstacle == "asynchronous type test"


@pytest.mark.parametrize(
    ("text", "lone"),
    [
        ("{ shelves { keeper { name } best { title } } }", {"people", "best"}),
        ("{ shelves { keeper { name } books { author { id } } best { title } } }", {"best"}),
        ("{ a: shelves { keeper { name } } b: shelves { best { title } keeperName } }", {"best"}),
        ("{ a: shelves { ...F } b: shelves { ...F } } fragment F on Shelf { best { title } }", set()),
        ("{ shelves { books { ...F } best { ...F } } } fragment F on Book { author { name } }", {"best"}),
    ],
)
def test_a_load_is_lone_where_nothing_else_of_the_plan_calls_its_batch(text: str, lone: set[str]) -> None:
    document = parse(text)
    plan = Variants(CORE, document, document.definitions[0]).plan(VariableValues({}, {}), {})  # type: ignore[arg-type]
    assert plan is not None

    found = {load.batch.name for load in loads_of(plan.root) if load.is_lone}

    assert found == lone


def loads_of(selection: Selection) -> list[Load]:
    below = [inner for field in fields_of(selection) for inner in selections_of(field.shape)]
    return selection.loads + [load for inner in below for load in loads_of(inner)]
