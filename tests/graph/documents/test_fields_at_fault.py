"""Fields at fault: a value of another type is refused with the path of its field, for all of them at once."""

from typing import Any

import pytest
from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    get_named_type,
    get_nullable_type,
    is_required_input_field,
)

from graph.documents.limits import Limits
from graph.documents.validation import RefusedDocumentError, parse_and_validate
from graph.schema import executable
from tests.graph.documents.variables import prepared_of
from tests.support.schema_client import Asker

SCHEMA = executable()
INPUTS = [
    type_
    for type_ in SCHEMA.type_map.values()
    if isinstance(type_, GraphQLInputObjectType) and not type_.is_one_of
]
MUTATIONS = {
    name: get_named_type(field.args["input"].type)
    for name, field in (SCHEMA.mutation_type.fields if SCHEMA.mutation_type else {}).items()
    if field.args
}
DATES = {"DateTime", "LocalDate"}


def mistyped(type_: Any) -> Any:
    """Return a value that the type refuses."""
    if isinstance(get_nullable_type(type_), GraphQLList):
        return [mistyped(get_nullable_type(type_).of_type)]
    return "yesterday" if get_named_type(type_).name in DATES else [1.5]


def path(name: str, type_: Any) -> str:
    return f"{name}[0]" if isinstance(get_nullable_type(type_), GraphQLList) else name


def fields_of(errors: list[GraphQLError] | tuple[GraphQLError, ...]) -> list[Any]:
    return [(error.extensions or {}).get("field") for error in errors]


@pytest.mark.parametrize("input_", INPUTS, ids=str)
def test_every_mistyped_field_of_a_variable_is_named(input_: GraphQLInputObjectType) -> None:
    sent = {name: mistyped(field.type) for name, field in input_.fields.items()}

    errors: Any = prepared_of(SCHEMA, f"$input: {input_.name}!").values({"input": sent})

    told, expected = set(fields_of(errors)), {path(name, field.type) for name, field in input_.fields.items()}
    assert told == expected or (told - {None} < expected and "more errors than these" in str(errors[-1]))


@pytest.mark.parametrize("input_", INPUTS, ids=str)
def test_every_missing_field_of_a_variable_is_named(input_: GraphQLInputObjectType) -> None:
    required = [name for name, field in input_.fields.items() if is_required_input_field(field)]

    errors: Any = prepared_of(SCHEMA, f"$input: {input_.name}!").values({"input": {}})

    assert (fields_of(errors) if isinstance(errors, list) else []) == required


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_every_mistyped_field_of_a_literal_is_named_at_its_place(mutation: str) -> None:
    for name, field in MUTATIONS[mutation].fields.items():
        wrong = str(mistyped(field.type)).replace("'", '"')
        literal = wrong if wrong.startswith("[") else f'"{wrong}"'
        text = f"mutation {{ {mutation}(input: {{ {name}: {literal} }}) {{ __typename }} }}"

        with pytest.raises(RefusedDocumentError) as refused:
            parse_and_validate(SCHEMA, text, Limits(), hide_suggestions=True)

        errors = {(error.extensions or {}).get("field"): error for error in refused.value.errors}
        if path(name, field.type) not in errors and None in errors:
            continue  # the missing required fields alone reach the limit of errors
        error = errors[path(name, field.type)]
        column = text.index(literal) + (2 if path(name, field.type) != name else 1)
        assert [(at.line, at.column) for at in error.locations or ()] == [(1, column)]


@pytest.mark.parametrize(
    ("text", "variables", "code", "fields"),
    [
        (
            'mutation { createGoal(input: {title: "x", idempotencyKey: "k", deadline: "yesterday", targetXp: ""}) { goal { id } } }',
            {},
            "GRAPHQL_VALIDATION_FAILED",
            ["deadline", "targetXp"],
        ),
        (
            "mutation ($input: CreateGoalInput!) { createGoal(input: $input) { goal { id } } }",
            {"input": {"title": "x", "idempotencyKey": "k", "deadline": "yesterday", "targetXp": "ten"}},
            "BAD_USER_INPUT",
            ["deadline", "targetXp"],
        ),
        (
            "mutation ($due: DateTime) { createGoal(input: {title: 5, deadline: $due}) { goal { id } } }",
            {"due": "yesterday"},
            "GRAPHQL_VALIDATION_FAILED",
            ["title", "idempotencyKey"],
        ),
        (
            "query ($due: DateTime, $first: Int) { auditLog(since: $due, first: $first) { nodes { id } } }",
            {"due": "yesterday", "first": "ten"},
            "BAD_USER_INPUT",
            ["due", "first"],
        ),
        ("mutation { createGoal { goal { id } } }", {}, "GRAPHQL_VALIDATION_FAILED", ["input"]),
        ("{ node { id } }", {}, "GRAPHQL_VALIDATION_FAILED", ["id"]),
        ('{ leaderboard { entries(first: "ten") { rank } } }', {}, "GRAPHQL_VALIDATION_FAILED", ["first"]),
        (
            "query ($first: Int) { leaderboard { entries(first: $first) { rank } } }",
            {"first": None},
            "BAD_USER_INPUT",
            ["first"],
        ),
    ],
)
async def test_a_value_of_another_type_names_its_field(
    ask: Asker, text: str, variables: dict[str, Any], code: str, fields: list[str]
) -> None:
    _, viewer = await ask.learner()

    response = await ask(text, viewer, **variables)

    told = [(error["extensions"]["code"], error["extensions"].get("field")) for error in response["errors"]]
    assert sorted(told) == sorted((code, field) for field in fields)
    assert ask.defects == []


@pytest.mark.parametrize(
    ("arguments", "fields"),
    [
        ('node(id: "goal_1") { id }', "id"),
        ('node(id: "mars_1") { id }', "id"),
        ('nodes(ids: ["goal_1", "goal_01K742SG00EC1V4CSM6MV3EE1S", "mars_1"]) { id }', "ids[0] ids[2]"),
        ('quiz(by: {id: "nonsense"}) { id }', "id"),
        ('quiz(by: {slug: "No slug"}) { id }', "slug"),
        ('roadmap(by: {slug: "No slug"}) { id }', "slug"),
        ('user(by: {handle: "no handle"}) { id }', "handle"),
        ('users(first: 101, after: "nonsense") { nodes { id } }', "first after"),
    ],
)
async def test_a_query_names_every_argument_that_breaks_a_rule(
    ask: Asker, arguments: str, fields: str
) -> None:
    _, viewer = await ask.learner()

    (error,) = (await ask(f"{{ {arguments} }}", viewer))["errors"]

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["field"] == fields.split(maxsplit=1)[0]
    told = [part["field"] for part in error["extensions"].get("fields", [error["extensions"]])]
    assert told == fields.split()
