"""Literals: arguments are read exactly as graphql-core reads them, and left to it where it refuses them."""

from typing import Any

import pytest
from graphql import FieldNode, GraphQLError, OperationDefinitionNode, build_schema, parse
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values

from graph.engine.field_calls import Arguments
from graph.engine.inputs.literals import UnsupportedLiteralError, reader

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


def field_and_variables(arguments: str, sent: dict[str, Any]) -> tuple[FieldNode, VariableValues]:
    operation = parse(f"query {VARIABLES} {{ f({arguments}) }}").definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    values = get_variable_values(SCHEMA, operation.variable_definitions or (), SENT | sent)
    assert isinstance(values, VariableValues)
    field = operation.selection_set.selections[0]
    assert isinstance(field, FieldNode)
    return field, values


SUPPORTED = [
    "must: $s",
    "must: $s, a: $n, b: $n, c: $list",
    'must: "s", by: {id: $id}',
    "must: $s, by: {name: $s}, inner: {}",
    'must: "", inner: {word: $s, sizes: [LARGE, SMALL], inner: {by: {id: $id}}}',
    "must: $s, inner: {sizes: null, by: $by}, a: null",
    "must: $s, c: 5, inner: $inner",
]
UNSUPPORTED = [
    "must: $s, a: $i",
    "must: $s, c: [1, $n]",
    "must: $s, inner: {sizes: [$size]}",
    "must: $s, by: {name: $s, id: $id}",
]


@pytest.mark.parametrize("arguments", SUPPORTED)
@pytest.mark.parametrize(
    "sent",
    [
        {"list": [1, None], "by": {"id": "1"}, "inner": {"word": "y"}},
        {"list": None, "by": None, "inner": None},
    ],
)
def test_constants_and_variables_with_values_are_read_alike(arguments: str, sent: dict[str, Any]) -> None:
    field, values = field_and_variables(arguments, sent)
    definition = SCHEMA.query_type.fields["f"]  # type: ignore[union-attr]

    read = reader(definition, field)

    assert read is not None
    found, expected = read(values.coerced), get_argument_values(definition, field, values)
    assert found == expected
    assert list(found) == list(expected)


@pytest.mark.parametrize("arguments", [*SUPPORTED, *UNSUPPORTED, "a: 1", "must: $s, by: {id: null}"])
@pytest.mark.parametrize(
    "sent", [{}, {"i": 4, "list": [2]}, {"by": {"name": "n"}, "inner": {"by": {"id": "3"}}}]
)
def test_all_arguments_get_the_values_or_errors_of_graphql_core(arguments: str, sent: dict[str, Any]) -> None:
    field, values = field_and_variables(arguments, sent)
    definition = SCHEMA.query_type.fields["f"]  # type: ignore[union-attr]

    assert outcome(lambda: Arguments(definition, field).read(values)) == outcome(
        lambda: get_argument_values(definition, field, values)
    )


def test_an_error_about_an_argument_quotes_no_value() -> None:
    field, values = field_and_variables('must: $s, b: null, a: "canary"', {})
    definition = SCHEMA.query_type.fields["f"]  # type: ignore[union-attr]

    with pytest.raises(GraphQLError) as refused:
        Arguments(definition, field).read(values)

    assert refused.value.message == "Argument 'a' has invalid value: The value does not fit its type."


@pytest.mark.parametrize("arguments", UNSUPPORTED)
def test_an_unsupported_literal_is_left_to_graphql_core(arguments: str) -> None:
    field, values = field_and_variables(arguments, {})
    read = reader(SCHEMA.query_type.fields["f"], field)  # type: ignore[union-attr]

    with pytest.raises(UnsupportedLiteralError):
        (read or unsupported)(values.coerced)


def unsupported(_variables: dict[str, Any]) -> dict[str, Any]:
    raise UnsupportedLiteralError


def outcome(read: Any) -> Any:
    try:
        return read()
    except GraphQLError as error:
        return error.message
