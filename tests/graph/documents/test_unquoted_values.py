"""Input errors: no sentence about any input of the schema quotes a value that a client sent."""

import json
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    OperationType,
)

from graph.documents.limits import Limits
from graph.documents.prepared import DocumentCache
from graph.documents.validation import RefusedDocumentError, parse_and_validate
from graph.schema import executable
from tests.graph.documents.variables import prepared_of

pytestmark = pytest.mark.slow  # walks the whole schema

SCHEMA = executable()
MORE = "The variables have more errors than these."
"""What ends a long list of errors."""
CANARY = "canary7secret"
TRICKY = f"', found: {CANARY} Did you mean '{CANARY}'?"
WRONG: list[Any] = [None, True, 7, 10**20, 1.5, CANARY, TRICKY, [CANARY], {"a": CANARY}, [[CANARY]]]
ARGUMENTS = [
    (root.name, name, argument, definition.type)
    for kind in OperationType
    if (root := SCHEMA.get_root_type(kind))
    for name, field in root.fields.items()
    for argument, definition in field.args.items()
]
INPUTS = [type_ for type_ in SCHEMA.type_map.values() if isinstance(type_, GraphQLInputObjectType)]
LEAVES = [
    type_
    for type_ in SCHEMA.type_map.values()
    if isinstance(type_, GraphQLScalarType | GraphQLEnumType) and not type_.name.startswith("__")
]


def nullable(type_: Any) -> Any:
    return type_.of_type if isinstance(type_, GraphQLNonNull) else type_


def filled(type_: Any) -> Any:
    """Return a value with a canary wherever a text may stand."""
    type_ = nullable(type_)
    if isinstance(type_, GraphQLList):
        return [filled(type_.of_type)]
    if isinstance(type_, GraphQLInputObjectType):
        fields = list(type_.fields.items())[: 1 if type_.is_one_of else None]
        return {name: filled(field.type) for name, field in fields}
    return CANARY


def damaged(value: Any) -> list[Any]:
    """Return values that each differ from `value` in one place."""
    if not isinstance(value, dict):
        return WRONG
    without = [{n: v for n, v in value.items() if n != name} for name in value]
    replaced = [value | {name: wrong} for name in value for wrong in damaged(value[name])]
    return [*WRONG, *without, *replaced, value | {"unknown": CANARY}, value | {TRICKY: CANARY}]


def written(value: Any) -> str:
    """Write a value as a literal of GraphQL."""
    if isinstance(value, dict):
        inner = ", ".join(f"{name}: {written(v)}" for name, v in value.items() if name.isidentifier())
        return f"{{{inner}}}"
    return f"[{', '.join(map(written, value))}]" if isinstance(value, list) else json.dumps(value)


def about_v(error: GraphQLError) -> bool:
    return error.message.startswith("Variable '$v' has invalid value")


@pytest.mark.parametrize("type_", [*INPUTS, *LEAVES], ids=str)
def test_no_error_about_a_variable_quotes_it(type_: Any) -> None:
    refused = 0
    for declared in (f"$v: {type_}!", f"$v: [{type_}!]"):
        prepared = prepared_of(SCHEMA, declared)
        for value in [filled(type_), *damaged(filled(type_))]:
            result = prepared.values({"v": value})
            if isinstance(result, list):
                refused += 1
                assert {error.message for error in result if not about_v(error)} <= {MORE}
                assert CANARY not in str([error.formatted for error in result])
    assert refused > 3


@pytest.mark.parametrize(("root", "field", "argument", "type_"), ARGUMENTS, ids=str)
def test_no_error_about_a_literal_quotes_it(root: str, field: str, argument: str, type_: Any) -> None:
    kind = next(kind for kind in OperationType if getattr(SCHEMA.get_root_type(kind), "name", "") == root)
    refused = 0
    for value in [filled(type_), *damaged(filled(type_))]:
        for literal in {written(value), written(value).replace('"', "")}:
            text = f"{kind.value} {{ {field}({argument}: {literal}) }}"
            try:
                parse_and_validate(SCHEMA, text, Limits(), hide_suggestions=False)
            except RefusedDocumentError as error:
                refused += 1
                messages = str([each.formatted for each in error.errors])
                assert CANARY not in messages.replace(f"unknown field '{CANARY}'", "")
    assert refused > 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f'{{ a(b: "{CANARY} }}', "Syntax Error: Unterminated string."),
        (f'{{ a(b "{CANARY}") }}', "Syntax Error: Expected ':', found String."),
        (f'{{ a(b """{CANARY}""") }}', "Syntax Error: Expected ':', found BlockString."),
        (f"{{ a(b {CANARY}) }}", "Syntax Error: Expected ':', found Name."),
        (f'query ($a: Int = "{CANARY}" $b) {{ a }}', "Syntax Error: Expected ':', found ')'."),
        (f"{CANARY} {{ a }}", "Syntax Error: Unexpected Name."),
        ("{ a(b: 77.) }", "Syntax Error: Invalid number, expected digit but got."),
        ("{ a(b: .77) }", "Syntax Error: Invalid number, expected digit before."),
        ('{ a(b: "\\uZZ77") }', "Syntax Error: Invalid Unicode escape sequence."),
        ('{ a(b: "\\q") }', "Syntax Error: Invalid character escape sequence."),
        ("{ a(b: “x”) }", "Syntax Error: Unexpected character."),
        (
            "{ a(b: 'x') }",
            "Syntax Error: Unexpected single quote character ('), did you mean to use a double quote (\")?",
        ),
    ],
)
def test_a_syntax_error_quotes_nothing(text: str, sentence: str) -> None:
    with pytest.raises(RefusedDocumentError) as refused:
        parse_and_validate(SCHEMA, text, Limits(), hide_suggestions=False)

    (error,) = refused.value.errors
    assert error.message == sentence
    assert error.locations
    assert "77" not in str(error.formatted)


@pytest.mark.parametrize(
    ("declared", "sent", "sentence"),
    [
        (
            "$v: RegisterInput!",
            {"password": CANARY, "email": "a@b.c", "handle": "ada"},
            "Variable '$v' has invalid value: Expected value of type 'RegisterInput' to include required field 'displayName'.",
        ),
        ("$v: Int!", CANARY, "Variable '$v' has invalid value: Expected 'Int', found a string."),
        (
            "$v: [Int]",
            [1, 2**31],
            "Variable '$v' has invalid value at [1]: Expected 'Int', found an integer of more than 32 bits.",
        ),
        (
            "$v: Scope",
            CANARY,
            "Variable '$v' has invalid value: Expected one of the values of 'Scope', found another string.",
        ),
        (
            "$v: LoginInput!",
            [CANARY],
            "Variable '$v' has invalid value: Expected an object of type 'LoginInput', found a list.",
        ),
        ("$v: LocalDate", CANARY, "Variable '$v' has invalid value: LocalDate must be like 2026-01-31"),
        (
            "$v: String!",
            None,
            "Variable '$v' has invalid value: Expected value of non-null type 'String!' not to be None.",
        ),
    ],
)
def test_an_error_says_what_was_expected_and_what_kind_was_found(
    declared: str, sent: Any, sentence: str
) -> None:
    result: Any = prepared_of(SCHEMA, declared).values({"v": sent})

    assert [error.message for error in result] == [sentence]


def test_suggestions_name_values_of_the_schema_only() -> None:
    cache = DocumentCache(SCHEMA, limits=Limits(), hide_suggestions=False)

    with pytest.raises(RefusedDocumentError) as refused:
        cache.prepare("{ leaderboard(window: ALL_TIM) { version } }", None)

    sentences = [error.message for error in refused.value.errors]
    assert any("found another name. Did you mean the enum value " in sentence for sentence in sentences)
    assert "'ALL_TIM'" not in str(sentences)
