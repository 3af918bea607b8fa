"""Plans and the document cache: one plan per variant, all within bounds."""

from typing import Any

import pytest
from graphql import build_schema, get_variable_values, parse
from graphql.execution.values import VariableValues

from graph.documents.limits import Limits
from graph.documents.prepared import DocumentCache, RefusedDocumentError
from graph.engine import plan_variants
from graph.engine.plan_variants import MOST_VARIANTS, PlanVariants
from graph.engine.plans import BatchLoad, SelectionSetPlan
from graph.engine.syntax import Syntax
from graph.engine.traversal import fields_of, selections_of
from tests.graph.engine.team_schema import CORE

NAMES = [f"b{n}" for n in range(5)]
TEXT = (
    "query ("
    + " ".join(f"${n}: Boolean!" for n in NAMES)
    + " $x: Int) {"
    + " ".join(f"f{n}: echo(x: $x) @include(if: ${n})" for n in NAMES)
    + "}"
)
SCHEMA = build_schema("type Query { echo(x: Int): Int }")


def variants_of_text() -> PlanVariants:
    document = parse(TEXT)
    return PlanVariants(SCHEMA, Syntax(document, document.definitions[0]))  # type: ignore[arg-type]


def variables(number: int, **others: Any) -> Any:
    sent = {name: bool(number >> at & 1) for at, name in enumerate(NAMES)} | others
    return get_variable_values(SCHEMA, parse(TEXT).definitions[0].variable_definitions, sent)  # type: ignore[union-attr]


def test_there_is_one_plan_for_each_assignment_of_the_conditions() -> None:
    variants = variants_of_text()

    first = variants.plan(variables(5, x=1), {})

    assert first is variants.plan(variables(5, x=2), {})
    assert first is not variants.plan(variables(4), {})
    assert first is not variants.plan(variables(5), {"Query.echo": "FORBIDDEN"})
    assert first is not None
    assert list(first.root.template) == ["fb0", "fb2"]


def test_the_plans_of_an_operation_are_at_most_eight() -> None:
    variants = variants_of_text()

    for number in range(32):
        assert variants.plan(variables(number), {}) is not None

    assert len(variants._plans) == MOST_VARIANTS


def test_an_invalid_document_is_neither_cached_nor_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_variants, "Compiler", None)
    documents = DocumentCache(CORE, limits=Limits(), hide_suggestions=False)

    with pytest.raises(RefusedDocumentError):
        documents.prepare("{ unknown }", None)

    assert documents.kept.bytes == len(documents.kept) == 0


def test_the_cost_is_cached_for_each_length_that_variables_request(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = DocumentCache(CORE, limits=Limits(cost=60), hide_suggestions=False)
    found = documents.prepare("query ($n: Int, $u: String!) { teams(count: $n) { size(unit: $u) } }", None)
    cost = found.measure({"n": 1, "u": "cm"})

    monkeypatch.setattr("graph.documents.prepared.CostAnalysis", None)

    assert found.measure({"n": 2, "u": "m"}) == cost


def test_compiled_plans_and_their_compile_time_are_counted() -> None:
    documents = DocumentCache(CORE, limits=Limits(), hide_suggestions=False)
    text = "query ($deep: Boolean!) { teams { id projects @include(if: $deep) { title } } }"
    found = documents.prepare(text, None)

    for deep in (True, False, True):
        values = found.values({"deep": deep})
        assert not isinstance(values, list)
        found.variants.plan(values, {})

    assert documents.compilations.count == 2
    assert 0 < documents.compilations.seconds < 10


def test_asynchronous_type_tests_are_left_to_the_reference_engine() -> None:
    schema = build_schema(
        "union Either = A | B type A { a: Int } type B { b: Int } type Query { either: Either }"
    )

    async def resolve_type(*_: object) -> str:
        return "A"

    schema.type_map["Either"].resolve_type = resolve_type  # type: ignore[attr-defined]
    document = parse("{ either { ... on A { a } } }")
    found = PlanVariants(schema, Syntax(document, document.definitions[0]))  # type: ignore[arg-type]

    assert found.plan(VariableValues({}, {}), {}) is None
    assert found.obstacle == "asynchronous type test"


@pytest.mark.parametrize(
    ("text", "lone"),
    [
        ("{ teams { lead { name } best { title } } }", {"people", "best"}),
        ("{ teams { lead { name } projects { author { id } } best { title } } }", {"best"}),
        ("{ a: teams { lead { name } } b: teams { best { title } leadName } }", {"best"}),
        ("{ a: teams { ...F } b: teams { ...F } } fragment F on Team { best { title } }", set()),
        ("{ teams { projects { ...F } best { ...F } } } fragment F on Project { author { name } }", {"best"}),
    ],
)
def test_a_load_is_lone_where_no_other_field_of_the_plan_uses_its_batch(text: str, lone: set[str]) -> None:
    document = parse(text)
    plan = PlanVariants(CORE, Syntax(document, document.definitions[0])).plan(VariableValues({}, {}), {})  # type: ignore[arg-type]
    assert plan is not None

    found = {load.batch.name for load in loads_of(plan.root) if load.is_lone}

    assert found == lone


def loads_of(selection: SelectionSetPlan) -> list[BatchLoad]:
    below = [inner for field in fields_of(selection) for inner in selections_of(field.shape)]
    return [*selection.loads, *(load for inner in below for load in loads_of(inner))]
