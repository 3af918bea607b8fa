"""Variable coercion: the same values as graphql-core, and errors for the same variables."""

from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_variable_values
from hypothesis import HealthCheck, given, settings

from graph.documents.prepared import PreparedOperation
from graph.documents.variable_coercion import coercer
from graph.schema import executable
from tests.graph.documents.variables import definitions_of, prepared_of, requests, synthetic

SYNTHETIC = synthetic()
OURS = executable()
LEAVES = ["ID", "String", "Int", "Float", "Boolean"]
INPUTS = [
    [name for name, type_ in schema.type_map.items() if isinstance(type_, GraphQLInputObjectType)]
    for schema in (SYNTHETIC, OURS)
]
OF_SYNTHETIC = [*LEAVES, *INPUTS[0], *INPUTS[0], "Day", "Colour", "Anything"]
OF_OURS = [*LEAVES, *INPUTS[1], "Scope", "Period", "DateTime", "LocalDate", "BigInt"]
CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large]
THOROUGH = settings(max_examples=500, deadline=None, suppress_health_check=CHECKS)
Request = tuple[PreparedOperation, dict[str, Any]]


def reference(prepared: PreparedOperation, schema: Any, sent: dict[str, Any]) -> Any:
    return get_variable_values(schema, definitions_of(prepared), sent, max_errors=5, hide_suggestions=True)


def exact(value: Any) -> Any:
    """Return a value with all its types and the order of its keys."""
    if isinstance(value, dict):
        return dict, [(key, exact(inner)) for key, inner in value.items()]
    if isinstance(value, list | tuple):
        return type(value), [exact(inner) for inner in value]
    return type(value), value


def comparable(result: Any) -> Any:
    """Return everything in coerced variables, in comparable form; of errors only that there are some.

    Our sentences differ from those of graphql-core, which quote the values.
    """
    if isinstance(result, list):
        return len(result) > 0
    sources = [
        (name, source.signature._replace(type=str(source.signature.type)), exact(source.value))
        for name, source in result.sources.items()
    ]
    return type(result), sources, exact(result.coerced)


@pytest.mark.slow
@THOROUGH
@given(request=requests(SYNTHETIC, OF_SYNTHETIC, junk=25))
def test_variables_of_any_type_are_coerced_like_graphql_core(request: Request) -> None:
    prepared, sent = request

    first, second = prepared.values(sent), prepared.values(sent)

    assert comparable(first) == comparable(second) == comparable(reference(prepared, SYNTHETIC, sent))


@pytest.mark.slow
@THOROUGH
@given(request=requests(OURS, OF_OURS, junk=25))
def test_variables_of_our_types_are_coerced_like_graphql_core(request: Request) -> None:
    prepared, sent = request

    first, second = prepared.values(sent), prepared.values(sent)

    assert comparable(first) == comparable(second) == comparable(reference(prepared, OURS, sent))


@pytest.mark.slow
@THOROUGH
@given(
    request=requests(SYNTHETIC, [t for t in OF_SYNTHETIC if t != "Tree"])
    | requests(OURS, [t for t in OF_OURS if t != "BigInt"])
)
def test_valid_variables_take_the_fast_path(request: Request) -> None:
    prepared, sent = request

    coerced = coercer(prepared._schema, definitions_of(prepared))(sent)

    assert coerced is not None


@pytest.mark.parametrize(
    ("declared", "sent"),
    [
        ("$v: Branch", {"v": {"any": [1, {"a": []}], "other": "x", "leaf": {"word": "a"}}}),
        ("$v: [Made]", {"v": [None, {"size": None}, {"choice": {"sizes": []}}]}),
        ("$v: [Colour!]!, $w: Day, $x: Int", {"v": ["RED"], "w": "2026-01-31", "unknown": 1}),
    ],
)
def test_renamed_fields_and_output_types_are_respected(declared: str, sent: dict[str, Any]) -> None:
    prepared = prepared_of(SYNTHETIC, declared)

    coerced = coercer(SYNTHETIC, definitions_of(prepared))(sent)

    assert comparable(coerced) == comparable(reference(prepared, SYNTHETIC, sent))


@pytest.mark.parametrize(
    ("declared", "sent"),
    [
        ("$v: ID!", {"v": 7}),
        ("$v: Int", {"v": 2**31}),
        ("$v: Int", {"v": True}),
        ("$v: [String]", {"v": "one"}),
        ("$v: [String]", {"v": ("one",)}),
        ("$v: Choice", {"v": {"id": None}}),
        ("$v: Choice", {"v": {"id": "x", "sizes": [1]}}),
        ("$v: Choice", {"v": {}}),
        ("$v: [Anything!]", {"v": [None]}),
        ("$v: Leaf", {"v": {"colour": "RED"}}),
        ("$v: Colour", {"v": "PINK"}),
        ("$v: Leaf", {"v": {"word": "a", "wrong": 1}}),
        ("$v: Tree", {"v": {"word": "a"}}),
        ("$v: [[[[[[[[[[[[[[[[[[String]]]]]]]]]]]]]]]]]]", {"v": []}),
        ("$v: Int = RED", {}),
        ("$v: Query", {}),
        ("$v: ID!", {}),
    ],
)
def test_everything_else_is_left_to_graphql_core(declared: str, sent: dict[str, Any]) -> None:
    prepared = prepared_of(SYNTHETIC, declared)

    coerced = coercer(SYNTHETIC, definitions_of(prepared))(sent)

    assert coerced is None
    assert comparable(prepared.values(sent)) == comparable(reference(prepared, SYNTHETIC, sent))


@pytest.mark.parametrize(
    "declared",
    [
        '$v: String = "a"',
        "$v: Colour! = RED",
        "$v: Int = null",
        "$v: [Int] = 1",
        '$v: [Day!] = ["2026-01-31"]',
        '$v: Made = {choice: {branch: {leaf: {word: "b"}}}}',
    ],
)
def test_valid_defaults_take_the_fast_path(declared: str) -> None:
    prepared = prepared_of(SYNTHETIC, declared)

    coerced = coercer(SYNTHETIC, definitions_of(prepared))({})

    assert comparable(coerced) == comparable(reference(prepared, SYNTHETIC, {}))


@pytest.mark.parametrize("declared", ["$v: [Int!] = [1, 2]", '$v: Leaf = {word: "a", sizes: []}'])
def test_a_mutable_default_is_made_anew_for_each_request(declared: str) -> None:
    prepared = prepared_of(SYNTHETIC, declared)
    expected = comparable(prepared.values({}))

    changed: Any = prepared.values({})
    changed.coerced["v"].clear()
    changed.coerced.clear()
    changed.sources.clear()

    assert comparable(prepared.values({})) == expected
