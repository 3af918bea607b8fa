"""Literals: the arguments of a field as a document writes them, read by functions that are made once for it.

They take variables that are there, exactly as graphql-core does. Everything else is left to it, and so is every error.
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

Read = Callable[[dict[str, Any]], dict[str, Any]]
"""Reads all arguments, given the coerced variables; raises NotOursError where graphql-core has to."""
_Way = Callable[[dict[str, Any]], Any]


class NotOursError(Exception):
    """A type, a default or a value that graphql-core has to judge."""


def reader(definition: GraphQLField, node: FieldNode) -> Read | None:
    """Return what reads the arguments of a field, or None where graphql-core always has to."""
    written = {argument.name.value: argument.value for argument in node.arguments or ()}
    try:
        ways = _ways(definition.args, written)
    except NotOursError:
        return None
    return lambda variables: {name: way(variables) for name, way in ways}


def names_variable(value: ValueNode) -> bool:
    """Tell whether a variable stands anywhere in a literal."""
    if isinstance(value, VariableNode):
        return True
    if isinstance(value, ListValueNode):
        return any(map(names_variable, value.values))
    return isinstance(value, ObjectValueNode) and any(names_variable(field.value) for field in value.fields)


def _ways(
    declared: dict[str, GraphQLArgument] | dict[str, GraphQLInputField], written: dict[str, ValueNode]
) -> list[tuple[str, _Way]]:
    """Return how each argument, or field of an input object, is read; those without a value stay away."""
    ways = []
    for name, one in declared.items():
        key = one.out_name or name
        value = written.get(name)
        if value is not None:
            ways.append((key, _way(value, one.type)))
            continue
        is_required = (
            is_required_argument(one) if isinstance(one, GraphQLArgument) else is_required_input_field(one)
        )
        if is_required:
            raise NotOursError
        default = coerce_default_value(one)
        if default is not Undefined:
            ways.append((key, _constantly(default)))
    return ways


def _way(value: ValueNode, type_: Any) -> _Way:
    if isinstance(value, VariableNode):
        return _variable(value.name.value, may_be_null=not isinstance(type_, GraphQLNonNull))
    if not names_variable(value):
        constant = coerce_input_literal(value, type_)
        if constant is Undefined:
            raise NotOursError
        return _constantly(constant)
    inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if not isinstance(inner, GraphQLInputObjectType) or not isinstance(value, ObjectValueNode):
        raise NotOursError
    return _object(value, inner)


def _variable(name: str, *, may_be_null: bool) -> _Way:
    def read(variables: dict[str, Any]) -> Any:
        value = variables.get(name, Undefined)
        if value is Undefined or (value is None and not may_be_null):
            raise NotOursError
        return value

    return read


def _constantly(value: Any) -> _Way:
    return lambda _: value


def _object(value: ObjectValueNode, type_: GraphQLInputObjectType) -> _Way:
    ways = _ways(type_.fields, {field.name.value: field.value for field in value.fields})
    make, is_one_of = type_.out_type, type_.is_one_of

    def read(variables: dict[str, Any]) -> Any:
        fields = {name: way(variables) for name, way in ways}
        if is_one_of and (len(fields) != 1 or None in fields.values()):
            raise NotOursError
        return make(fields)

    return read
