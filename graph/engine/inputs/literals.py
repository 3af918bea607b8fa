"""Literals: reads the arguments that a document writes, by functions that are made once for each field.

They read constants and variables with a value exactly as graphql-core does. It judges everything else, errors included.
"""

from collections.abc import Callable
from typing import Any

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLNonNull,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    is_required_input_field,
)
from graphql.type import is_required_argument
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_literal

ArgumentReader = Callable[[dict[str, Any]], dict[str, Any]]
"""Reads all arguments, given the coerced variables; raises UnsupportedLiteralError where graphql-core has to."""
_ValueReader = Callable[[dict[str, Any]], Any]


class UnsupportedLiteralError(Exception):
    """A type, a default or a value that only graphql-core can coerce."""


def reader(definition: GraphQLField, node: FieldNode) -> ArgumentReader | None:
    """Return the reader of a field's arguments, or None where graphql-core always has to read them."""
    written = {argument.name.value: argument.value for argument in node.arguments or ()}
    try:
        readers = _readers(definition.args, written)
    except UnsupportedLiteralError:
        return None
    return lambda variables: {name: read(variables) for name, read in readers}


def names_variable(value: ValueNode) -> bool:
    """Tell whether a literal holds a variable."""
    if isinstance(value, VariableNode):
        return True
    if isinstance(value, ListValueNode):
        return any(map(names_variable, value.values))
    return isinstance(value, ObjectValueNode) and any(names_variable(field.value) for field in value.fields)


def _readers(
    declared: dict[str, GraphQLArgument] | dict[str, GraphQLInputField], written: dict[str, ValueNode]
) -> list[tuple[str, _ValueReader]]:
    """Return the reader of each argument, or field of an input object; those without a value are left out."""
    readers = []
    for name, definition in declared.items():
        key = definition.out_name or name
        value = written.get(name)
        if value is not None:
            readers.append((key, _reader(value, definition.type)))
            continue
        is_required = (
            is_required_argument(definition)
            if isinstance(definition, GraphQLArgument)
            else is_required_input_field(definition)
        )
        if is_required:
            raise UnsupportedLiteralError
        default = coerce_default_value(definition)
        if default is not Undefined:
            readers.append((key, _constant(default)))
    return readers


def _reader(value: ValueNode, type_: Any) -> _ValueReader:
    if isinstance(value, VariableNode):
        return _variable(value.name.value, may_be_null=not isinstance(type_, GraphQLNonNull))
    if not names_variable(value):
        constant = coerce_input_literal(value, type_)
        if constant is Undefined:
            raise UnsupportedLiteralError
        return _constant(constant)
    inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if not isinstance(inner, GraphQLInputObjectType) or not isinstance(value, ObjectValueNode):
        raise UnsupportedLiteralError
    return _object(value, inner)


def _variable(name: str, *, may_be_null: bool) -> _ValueReader:
    def read(variables: dict[str, Any]) -> Any:
        value = variables.get(name, Undefined)
        if value is Undefined or (value is None and not may_be_null):
            raise UnsupportedLiteralError
        return value

    return read


def _constant(value: Any) -> _ValueReader:
    return lambda _: value


def _object(value: ObjectValueNode, type_: GraphQLInputObjectType) -> _ValueReader:
    readers = _readers(type_.fields, {field.name.value: field.value for field in value.fields})
    make, is_one_of = type_.out_type, type_.is_one_of

    def read(variables: dict[str, Any]) -> Any:
        fields = {name: read_value(variables) for name, read_value in readers}
        if is_one_of and (len(fields) != 1 or None in fields.values()):
            raise UnsupportedLiteralError
        return make(fields)

    return read
