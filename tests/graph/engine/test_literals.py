"""Arguments as documents write them are read exactly as graphql-core reads them, and left to it where it refuses."""

from typing import Any

import pytest
from graphql import FieldNode, GraphQLError, OperationDefinitionNode, build_schema, parse
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values

from graph.engine.answers import Arguments
from graph.engine.literals import NotOursError, reader

SCHEMA = build_schema("""
  enum Size { SMALL LARGE }
  input By @oneOf { id: ID, name: String }
  input Inner { word: String! = "w", sizes: [Size!] = [SMALL], by: By, inner: Inner }
  type Query {
    f(a: Int, b: Int! = 3, c: [Int], by: By, inner: Inner, must: String!): Int
  }
""")
VARIABLES = "($i: Int, $n: Int!, $s: String!, $id: ID!, $size: Size!, $list: [Int], $by: By, $inner: Inner)"
SENT = {"n": 1, "s": "x", "id": "u", "size": "LARGE"}


def asked(arguments: str, sent: dict[str, Any]) -> tuple[FieldNode, VariableValues]:
    operation = parse(f"query {VARIABLES} {{ f({arguments}) }}").definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    values = get_variable_values(SCHEMA, operation.variable_definitions or (), SENT | sent)
    assert isinstance(values, VariableValues)
    field = operation.selection_set.selections[0]
    assert isinstance(field, FieldNode)
    return field, values


GOOD = [
    "must: $s",
    "must: $s, a: $n, b: $n, c: $list",
    'must: "s", by: {id: $id}',
    "must: $s, by: {name: $s}, inner: {}",
    'must: "", inner: {word: $s, sizes: [LARGE, SMALL], inner: {by: {id: $id}}}',
    "must: $s, inner: {sizes: null, by: $by}, a: null",
    "must: $s, c: 5, inner: $inner",
]
LEFT = [
    "must: $s, a: $i",
    "must: $s, c: [1, $n]",
    "must: $s, inner: {sizes: [$size]}",
    "must: $s, by: {name: $s, id: $id}",
]


@pytest.mark.parametrize("arguments", GOOD)
@pytest.mark.parametrize(
    "sent",
    [
        {"list": [1, None], "by": {"id": "1"}, "inner": {"word": "y"}},
        {"list": None, "by": None, "inner": None},
    ],
)
def test_what_is_there_is_read_alike(arguments: str, sent: dict[str, Any]) -> None:
    field, values = asked(arguments, sent)
    definition = SCHEMA.query_type.fields["f"]  # type: ignore[union-attr]

    read = reader(definition, field)

    assert read is not None
    found, expected = read(values.coerced), get_argument_values(definition, field, values)
    assert found == expected
    assert list(found) == list(expected)


@pytest.mark.parametrize(
    "arguments", [*GOOD, *LEFT, "a: 1", "must: $s, by: {id: null}", 'must: $s, b: null, a: "x"']
)
@pytest.mark.parametrize(
    "sent", [{}, {"i": 4, "list": [2]}, {"by": {"name": "n"}, "inner": {"by": {"id": "3"}}}]
)
def test_everything_else_is_what_graphql_core_makes_of_it(arguments: str, sent: dict[str, Any]) -> None:
    field, values = asked(arguments, sent)
    definition = SCHEMA.query_type.fields["f"]  # type: ignore[union-attr]

    assert outcome(lambda: Arguments(definition, field).read(values)) == outcome(
        lambda: get_argument_values(definition, field, values)
    )


@pytest.mark.parametrize("arguments", LEFT)
def test_what_graphql_core_has_to_judge_is_left_to_it(arguments: str) -> None:
    field, values = asked(arguments, {})
    read = reader(SCHEMA.query_type.fields["f"], field)  # type: ignore[union-attr]

    with pytest.raises(NotOursError):
        (read or nothing)(values.coerced)


def nothing(_variables: dict[str, Any]) -> dict[str, Any]:
    raise NotOursError


def outcome(ask: Any) -> Any:
    try:
        return ask()
    except GraphQLError as error:
        return error.message
