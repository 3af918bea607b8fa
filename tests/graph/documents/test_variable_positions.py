"""Input positions: each rule holds behind `!`, in lists and in nested inputs as it does without them."""

import pytest
from graphql import build_schema

from graph.documents.limits import Limits
from graph.documents.validation import RefusedDocumentError, parse_and_validate
from tests.support.schema_client import Asker

POSITIONS = {
    "bare": ("By", "{}"),
    "non-null": ("By!", "{}"),
    "list": ("[By]", "[{}]"),
    "list of one, without brackets": ("[By]", "{}"),
    "non-null items": ("[By!]!", "[{}]"),
    "second item": ("[By!]!", "[{{id: 1}}, {}]"),
    "list of lists": ("[[By!]!]!", "[[{}]]"),
    "nested": ("In", "{{by: {}}}"),
    "nested non-null": ("Must!", "{{must: {}}}"),
    "nested list": ("In", "{{many: [{}]}}"),
    "nested list without brackets": ("In", "{{many: {}}}"),
    "nested in a list": ("[In!]!", "[{{all: [{}]}}]"),
    "nested twice": ("In", "{{in: {{in: {{all: [{}]}}}}}}"),
    "a one-of in a one-of": ("Either!", "{{by: {}}}"),
    "a one-of in a list in a one-of": ("Either!", "{{all: [{}]}}"),
    "a default": ('By = {id: "1"}', "{}"),
}
"""A type of an argument, and where in its value the one-of input stands."""
VALUES = {
    '{id: "1"}': True,
    "{id: $sure}": True,
    "{rank: 1}": True,
    "{}": False,
    "{id: null}": False,
    '{id: "1", rank: 1}': False,
    "{id: $sure, rank: 1}": False,
    "{id: $sure, rank: null}": False,
    "{id: $maybe}": False,
    "{id: $fallback}": False,
    "{id: $maybe, rank: 1}": False,
    "{rank: $sure}": False,
    "{id: [$sure]}": False,
    "{colour: 1}": False,
    "{rank: 1.5}": False,
    '"1"': False,
}
"""Whether a one-of input may be written so."""


def refusals(position: str, value: str) -> list[str]:
    type_, place = POSITIONS[position]
    schema = build_schema(f"""
        input By @oneOf {{ id: ID rank: Int }}
        input In {{ by: By many: [By] all: [By!] in: In }}
        input Must {{ must: By! }}
        input Either @oneOf {{ by: By all: [By!] }}
        type Query {{ f(a: {type_}): Int ids(sure: ID, maybe: ID, fallback: ID): Int }}
    """)
    text = f"""
        query ($sure: ID!, $maybe: ID, $fallback: ID = "1") {{
            ...F ids(sure: $sure, maybe: $maybe, fallback: $fallback)
        }}
        fragment F on Query {{ f(a: {place.format(value)}) }}
    """
    try:
        parse_and_validate(schema, text, Limits(), hide_suggestions=True)
    except RefusedDocumentError as refused:
        return [error.message for error in refused.errors]
    return []


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("value", VALUES)
def test_a_one_of_input_is_judged_alike_in_every_position(position: str, value: str) -> None:
    assert (refusals(position, value) == []) is VALUES[value]


@pytest.mark.parametrize("position", POSITIONS)
def test_a_nullable_variable_is_refused_once_with_its_own_sentence(position: str) -> None:
    assert refusals(position, "{id: $maybe}") == [
        "Variable '$maybe' is of type 'ID' but must be non-nullable to be used for OneOf Input Object 'By'."
    ]


def test_a_variable_that_is_the_one_of_input_itself_may_be_null() -> None:
    schema = build_schema("""
        input By @oneOf { id: ID by: By }
        type Query { f(a: [By]): Int }
    """)
    for text in (
        "query ($by: By) { f(a: [$by]) }",
        "query ($by: [By]) { f(a: $by) }",
        "query ($by: By!) { f(a: [{by: $by}]) }",
    ):
        parse_and_validate(schema, text, Limits(), hide_suggestions=True)
    with pytest.raises(RefusedDocumentError):
        parse_and_validate(schema, "query ($by: By) { f(a: [{by: $by}]) }", Limits(), hide_suggestions=True)


@pytest.mark.parametrize(
    ("declared", "given"),
    [
        ("$id: ID", "{id: $id}"),
        ('$id: ID = "1"', "{id: $id}"),
        ("$id: ID, $handle: String", "{id: $id, handle: $handle}"),
        ("$id: ID!", "{id: $id, handle: null}"),
    ],
)
async def test_a_field_of_the_api_refuses_a_nullable_variable_before_anything_runs(
    ask: Asker, declared: str, given: str
) -> None:
    response = await ask(f"query ({declared}) {{ user(by: {given}) {{ id }} }}", {})

    assert "data" not in response
    assert {error["extensions"]["code"] for error in response["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}
