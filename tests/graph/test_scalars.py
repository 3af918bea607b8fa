"""Scalars: what each takes as a variable and as a literal, by the page that it names."""

from typing import Any

import pytest
from graphql import GraphQLScalarType, parse_value, specified_scalar_types
from graphql.utilities import coerce_input_literal, coerce_input_value

from graph.schema import executable
from tests.support.schema_client import Asker

LONGS = {
    "0": 0,
    "-1": -1,
    "5368709120": 5_368_709_120,
    "9223372036854775807": 2**63 - 1,
    "-9223372036854775808": -(2**63),
}
NO_LONGS = [
    "9223372036854775808",
    "-9223372036854775809",
    "3.14",
    "1.0",
    "1e3",
    '"1000"',
    "true",
    "A",
    "[1]",
    "{}",
]
NO_TEXTS = ["1", "1.5", "true", "A", '["a"]', '{a: "a"}']
TEXTS = ("Cursor", "EmailAddress", "URL", "LeaderboardVersion")
NO_INPUTS = ("Duration",)
ELSEWHERE = {"DateTime", "LocalDate"}
"""Scalars with tests of their own."""


def scalars() -> dict[str, GraphQLScalarType]:
    found = executable().type_map.values()
    return {
        each.name: each
        for each in found
        if isinstance(each, GraphQLScalarType) and each not in specified_scalar_types
    }


def as_literal(name: str, text: str) -> Any:
    return coerce_input_literal(parse_value(text), scalars()[name])


def as_variable(name: str, value: Any) -> Any:
    return coerce_input_value(value, scalars()[name])


def is_refused(name: str, text: str, value: Any) -> bool:
    undefined = coerce_input_value("", scalars()["Duration"])  # the scalar takes no input
    return as_literal(name, text) is undefined and as_variable(name, value) is undefined


def test_every_scalar_names_its_page_and_has_a_test() -> None:
    found = {name: each for name, each in scalars().items() if not name.startswith("_")}

    assert {name for name, each in found.items() if each.specified_by_url} >= {*TEXTS, *NO_INPUTS, "BigInt"}
    tested = {*TEXTS, *NO_INPUTS, *ELSEWHERE, "BigInt", "JSONObject"}
    assert {name for name, each in found.items() if each.specified_by_url} == tested


@pytest.mark.parametrize(("text", "value"), LONGS.items())
def test_a_big_integer_is_plain_digits_of_at_most_64_bits(text: str, value: int) -> None:
    assert as_literal("BigInt", text) == value
    assert as_variable("BigInt", value) == value
    assert scalars()["BigInt"].coerce_output_value(value) == value


@pytest.mark.parametrize("text", NO_LONGS)
def test_anything_else_is_no_big_integer(text: str) -> None:
    values = {"true": True, "A": "A", "[1]": [1], "{}": {}, '"1000"': "1000"}
    value = values[text] if text in values else float(text) if set(text) & {".", "e"} else int(text)

    assert is_refused("BigInt", text, value)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("text", NO_TEXTS)
def test_a_text_is_a_string_alone(name: str, text: str) -> None:
    values: dict[str, Any] = {"true": True, "A": 1, '["a"]': ["a"], '{a: "a"}': {"a": "a"}}

    assert as_literal(name, '"a"') == as_variable(name, "a") == "a"
    assert is_refused(name, text, values[text] if text in values else float(text))


@pytest.mark.parametrize(
    ("text", "value"), {"{}": {}, '{a: 1, b: [{c: "d"}]}': {"a": 1, "b": [{"c": "d"}]}}.items()
)
def test_a_json_object_is_one_by_its_names(text: str, value: dict[str, Any]) -> None:
    assert as_literal("JSONObject", text) == as_variable("JSONObject", value) == value
    assert scalars()["JSONObject"].coerce_output_value(value) == value


@pytest.mark.parametrize(("text", "value"), {"1": 1, '"{}"': "{}", "true": True, "[{}]": [{}]}.items())
def test_anything_else_is_no_json_object(text: str, value: Any) -> None:
    assert is_refused("JSONObject", text, value)


@pytest.mark.parametrize(
    "argument",
    ["after: abc", "after: 1", "before: [1]", "after: true"],
)
async def test_a_document_cannot_write_a_name_for_a_text(ask: Asker, argument: str) -> None:
    response = await ask(f"{{ users(first: 1, {argument}) {{ nodes {{ id }} }} }}")

    assert "data" not in response
    (error,) = response["errors"]
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert "abc" not in error["message"]
