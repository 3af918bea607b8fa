"""Variable coercion: a fast path for valid built-in values, made once for each operation.

It coerces plain values exactly as graphql-core does. Everything else, errors included, falls back to graphql-core.
"""

from collections.abc import Callable, Iterable
from enum import Enum
from functools import partial
from types import NoneType
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLError,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLString,
    Undefined,
    VariableDefinitionNode,
    is_required_input_field,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.type import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_literal

from graph.engine.inputs.literals import UnsupportedLiteralError

Coerce = Callable[[dict[str, Any]], VariableValues | None]
"""Coerces the variables of a request; returns None where graphql-core has to."""
_Coercer = Callable[[Any], Any]
_CONSTANT = (str, int, float, NoneType, Enum)
_DEEPEST = 16
_REQUIRED = object()


def coercer(schema: GraphQLSchema, definitions: Iterable[VariableDefinitionNode]) -> Coerce:
    """Return a function that coerces the declared variables from JSON values."""
    coercers = _Coercers()
    try:
        variables = [_variable(schema, coercers, definition) for definition in definitions]
    except UnsupportedLiteralError:
        return lambda _: None

    def coerce(sent: dict[str, Any]) -> VariableValues | None:
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        try:
            for name, signature, coerce_value, default in variables:
                value = sent.get(name, Undefined)
                sources[name] = VariableValueSource(signature, value)
                result = default() if value is Undefined else coerce_value(value)
                if result is not Undefined:
                    coerced[name] = result
        except Exception:  # noqa: BLE001 - graphql-core raises the same error, and reports it
            return None
        return VariableValues(sources, coerced)

    return coerce


def _variable(
    schema: GraphQLSchema, coercers: "_Coercers", definition: VariableDefinitionNode
) -> tuple[str, GraphQLVariableSignature, _Coercer, Callable[[], Any]]:
    signature = get_variable_signature(schema, definition)
    if isinstance(signature, GraphQLError):
        raise UnsupportedLiteralError
    return signature.name, signature, coercers.of(signature.type), _default(signature)


def _default(signature: GraphQLVariableSignature) -> Callable[[], Any]:
    """Return a function for the value of an absent variable: a new object each time, unless it is immutable."""
    default = signature.default
    if default is None or default.literal is None:
        return _refuse if isinstance(signature.type, GraphQLNonNull) else lambda: Undefined
    make = partial(coerce_input_literal, default.literal, signature.type)
    value = _attempt(make)
    if value is Undefined:
        raise UnsupportedLiteralError
    return (lambda: value) if isinstance(value, _CONSTANT) else make


class _Coercers:
    """Makes the functions that coerce a value of a type; they raise for each value that is not plainly valid.

    Types nested deeper than sixteen lists and objects, such as recursive ones, are left to graphql-core.
    """

    def __init__(self) -> None:
        self._objects: dict[tuple[GraphQLInputObjectType, int], _Coercer] = {}

    def of(self, type_: Any, depth: int = 0) -> _Coercer:
        """Return the function for a type, nullable or not."""
        if isinstance(type_, GraphQLNonNull):
            return self._non_null(type_.of_type, depth)
        non_null = self._non_null(type_, depth)
        return lambda value: None if value is None else non_null(value)

    def _non_null(self, type_: Any, depth: int) -> _Coercer:
        if depth > _DEEPEST:
            raise UnsupportedLiteralError
        if isinstance(type_, GraphQLList):
            return _list_of(self.of(type_.of_type, depth + 1))
        if not isinstance(type_, GraphQLInputObjectType):
            return _PLAIN.get(type_) or _leaf(type_.coerce_input_value)
        known = self._objects.get((type_, depth))
        if known is None:
            fields = [
                (name, field.out_name or name, self.of(field.type, depth + 1), _value_if_absent(field))
                for name, field in type_.fields.items()
            ]
            known = self._objects[type_, depth] = _object(type_, fields)
        return known


def _list_of(item: _Coercer) -> _Coercer:
    def coerce(value: Any) -> list[Any]:
        return [item(each) for each in value] if type(value) is list else _refuse()

    return coerce


def _object(type_: GraphQLInputObjectType, fields: list[tuple[str, str, _Coercer, Any]]) -> _Coercer:
    make, is_one_of = type_.out_type, type_.is_one_of

    def coerce(value: Any) -> Any:
        unread = len(value) if type(value) is dict else _refuse()
        coerced = {}
        for name, out_name, coerce_field, absent in fields:
            if name in value:
                coerced[out_name] = coerce_field(value[name])
                unread -= 1
            elif absent is _REQUIRED:
                _refuse()
            elif absent is not Undefined:
                coerced[out_name] = absent
        if unread or (is_one_of and not _is_one_field(value, coerced)):
            _refuse()
        return make(coerced)

    return coerce


def _is_one_field(sent: dict[str, Any], coerced: dict[str, Any]) -> bool:
    return len(sent) == 1 == len(coerced) and None not in coerced.values()


def _value_if_absent(field: GraphQLInputField) -> Any:
    """Return the value of an absent field: the same object that graphql-core uses for all requests."""
    return _REQUIRED if is_required_input_field(field) else _attempt(partial(coerce_default_value, field))


def _leaf(coerce_leaf: _Coercer) -> _Coercer:
    """Return a function that lets the type coerce a value; Undefined means that the type refuses it."""

    def coerce(value: Any) -> Any:
        coerced = Undefined if value is None else coerce_leaf(value)
        return _refuse() if coerced is Undefined else coerced

    return coerce


def _string(value: Any) -> Any:
    return value if type(value) is str else _refuse()


def _boolean(value: Any) -> Any:
    return value if value is True or value is False else _refuse()


def _integer(value: Any) -> Any:
    return value if type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT else _refuse()


def _refuse() -> Any:
    raise UnsupportedLiteralError


def _attempt(make: Callable[[], Any]) -> Any:
    try:
        return make()
    except TypeError:  # the type refuses its default
        raise UnsupportedLiteralError from None


_PLAIN: dict[Any, _Coercer] = {
    GraphQLString: _string,
    GraphQLID: _string,
    GraphQLBoolean: _boolean,
    GraphQLInt: _integer,
}
