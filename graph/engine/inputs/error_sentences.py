"""Error sentences: what is said of a value that does not fit, without the value.

graphql-core's own sentences end in the whole value that was found, passwords included. Of those only the parts that
consist of names are kept; the rest is a sentence of its own with the kind of what was found.
"""

import re
from collections.abc import Sequence
from typing import Any

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    VariableNode,
)

_NAME = r"'[\w\[\]!$]{1,80}'"
_TEMPLATES = (
    rf"Expected a value of non-null type {_NAME} to be provided"
    rf"|Expected value of non-null type {_NAME} not to be None"
    rf"|Expected value of type {_NAME} (?:not to include unknown|to include required) field {_NAME}"
    rf"|Expected variable {_NAME} provided to (?:field {_NAME} for OneOf Input Object |non-null )?type {_NAME}"
    r" (?:to provide a runtime value|not to be None)"
    rf"|Within OneOf Input Object type {_NAME}, exactly one field must be specified, and the value for that field"
    r" must be non-null"
)
_OF_NAMES = re.compile(_TEMPLATES)
_ARGUMENT_TEMPLATES = (
    rf"Argument {_NAME}(?: of required type {_NAME} was not provided| has invalid value(?: at [\w.\[\]]+)?: )"
)
_ARGUMENT = re.compile(_ARGUMENT_TEMPLATES)
_SUGGESTION = re.compile(r" Did you mean (?:'\w+'(?:, or |, | or )?)+\?")
_ENUM_SUGGESTION = re.compile(r" Did you mean the enum value (?:'\w+'(?:, or |, | or )?)+\?\Z")
_LITERALS: dict[type[Any], str] = {
    NullValueNode: "null",
    StringValueNode: "a string",
    IntValueNode: "an integer",
    FloatValueNode: "a number with a fraction",
    BooleanValueNode: "true or false",
    EnumValueNode: "a name",
    ListValueNode: "a list",
    ObjectValueNode: "an object",
    VariableNode: "a variable",
}
_VALUES: dict[type[Any], str] = {
    type(None): "null",
    str: "a string",
    int: "an integer",
    float: "a number with a fraction",
    bool: "true or false",
    list: "a list",
    tuple: "a list",
    dict: "an object",
}


class ScalarError(GraphQLError):
    """A scalar refuses a value; the sentence is for clients and quotes nothing."""


def argument_sentence(message: str) -> str:
    """Return the sentence for graphql-core's message about an argument."""
    argument = _ARGUMENT.match(message)
    if argument is None:
        return "Argument has an invalid value."
    if not argument[0].endswith(": "):
        return f"{argument[0]}."
    names = _OF_NAMES.match(message, argument.end())
    return f"{argument[0]}{names[0] if names else 'The value does not fit its type'}."


def sentence_of(error: GraphQLError, type_: Any, given: Any, path: Sequence[str | int]) -> str:
    """Return the sentence for an error at a path inside of a given value, which has the type."""
    if isinstance(error, ScalarError):
        return error.message
    names = _OF_NAMES.match(error.message)
    if names:
        suggestion = _SUGGESTION.match(error.message, names.end() + 1)
        return f"{names[0]}.{suggestion[0] if suggestion else ''}"
    type_, given = at_path(type_, given, path)
    expected = _nullable(type_)
    return (
        f"Expected {_expected(expected)}, found {_kind(given, type_)}.{_suggestion(error.message, expected)}"
    )


def at_path(type_: Any, given: Any, path: Sequence[str | int]) -> tuple[Any, Any]:
    """Return the type and the value at a path."""
    for key in path:
        type_, given = _inside(_nullable(type_), given, key)
    return type_, given


def _suggestion(message: str, type_: Any) -> str:
    """Return the end of the message that suggests values of an enum, and only those."""
    found = _ENUM_SUGGESTION.search(message) if isinstance(type_, GraphQLEnumType) else None
    return found[0] if found and type_.values.keys() >= set(re.findall(r"'(\w+)'", found[0])) else ""


def _inside(type_: Any, given: Any, key: str | int) -> tuple[Any, Any]:
    """Return the type and the value of a field or an item; a list of one may be written without brackets."""
    while isinstance(key, str) and isinstance(type_, GraphQLList):
        type_ = _nullable(type_.of_type)
    if isinstance(key, int):
        items = given.values if isinstance(given, ListValueNode) else given
        return type_.of_type, items[key]
    if isinstance(given, ObjectValueNode):
        return type_.fields[key].type, next(f.value for f in given.fields if f.name.value == key)
    return type_.fields[key].type, given[key]


def _nullable(type_: Any) -> Any:
    return type_.of_type if isinstance(type_, GraphQLNonNull) else type_


def _expected(type_: Any) -> str:
    while isinstance(type_, GraphQLList):
        type_ = _nullable(type_.of_type)
    if isinstance(type_, GraphQLEnumType):
        return f"one of the values of '{type_}'"
    return f"an object of type '{type_}'" if isinstance(type_, GraphQLInputObjectType) else f"'{type_}'"


def _kind(given: Any, type_: Any) -> str:
    kind = _LITERALS.get(type(given)) or _VALUES.get(type(given), "something else")
    if kind == "an integer" and _nullable(type_) is GraphQLInt:
        return "an integer of more than 32 bits"
    if kind == "a string" and isinstance(given, str) and isinstance(_nullable(type_), GraphQLEnumType):
        return "another string"
    if kind == "a name" and isinstance(_nullable(type_), GraphQLEnumType):
        return "another name"
    return kind
