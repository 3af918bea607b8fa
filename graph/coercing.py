"""Coercing: the variables of an operation become what its fields read, by functions that are made once for it.

They take what is good and plain, exactly as graphql-core does. Everything else is left to it, and so is every error.
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

from graph.engine.literals import NotOursError

Coerce = Callable[[dict[str, Any]], VariableValues | None]
"""Coerces the variables of a request; None where graphql-core has to."""
_Way = Callable[[Any], Any]
_CONSTANT = (str, int, float, NoneType, Enum)
_DEEPEST = 16
_REQUIRED = object()


def coercer(schema: GraphQLSchema, definitions: Iterable[VariableDefinitionNode]) -> Coerce:
    """Return what coerces the variables that an operation declares, for values as JSON has them."""
    ways = _Ways()
    try:
        variables = [_variable(schema, ways, definition) for definition in definitions]
    except NotOursError:
        return lambda _: None

    def coerce(sent: dict[str, Any]) -> VariableValues | None:
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        try:
            for name, signature, way, default in variables:
                value = sent.get(name, Undefined)
                sources[name] = VariableValueSource(signature, value)
                read = default() if value is Undefined else way(value)
                if read is not Undefined:
                    coerced[name] = read
        except Exception:  # noqa: BLE001 - whatever a type has against a value, graphql-core finds it too, and says it
            return None
        return VariableValues(sources, coerced)

    return coerce


def _variable(
    schema: GraphQLSchema, ways: "_Ways", definition: VariableDefinitionNode
) -> tuple[str, GraphQLVariableSignature, _Way, Callable[[], Any]]:
    signature = get_variable_signature(schema, definition)
    if isinstance(signature, GraphQLError):
        raise NotOursError
    return signature.name, signature, ways.to(signature.type), _default(signature)


def _default(signature: GraphQLVariableSignature) -> Callable[[], Any]:
    """Return what makes the value of a variable that was not sent, a new one unless nobody can change it."""
    default = signature.default
    if default is None or default.literal is None:
        return _refuse if isinstance(signature.type, GraphQLNonNull) else lambda: Undefined
    make = partial(coerce_input_literal, default.literal, signature.type)
    value = _tried(make)
    if value is Undefined:
        raise NotOursError
    return (lambda: value) if isinstance(value, _CONSTANT) else make


class _Ways:
    """Makes what coerces a value of a type, which raises for each value that is not plainly good.

    Types that lie deeper than sixteen lists and objects, as one that holds itself does, are left to graphql-core.
    """

    def __init__(self) -> None:
        self._objects: dict[tuple[GraphQLInputObjectType, int], _Way] = {}

    def to(self, type_: Any, depth: int = 0) -> _Way:
        """Return the way to a type that may be null or not."""
        if isinstance(type_, GraphQLNonNull):
            return self._given(type_.of_type, depth)
        given = self._given(type_, depth)
        return lambda value: None if value is None else given(value)

    def _given(self, type_: Any, depth: int) -> _Way:
        if depth > _DEEPEST:
            raise NotOursError
        if isinstance(type_, GraphQLList):
            return _list_of(self.to(type_.of_type, depth + 1))
        if not isinstance(type_, GraphQLInputObjectType):
            return _PLAIN.get(type_) or _leaf(type_.coerce_input_value)
        known = self._objects.get((type_, depth))
        if known is None:
            fields = [
                (name, field.out_name or name, self.to(field.type, depth + 1), _absent(field))
                for name, field in type_.fields.items()
            ]
            known = self._objects[type_, depth] = _object(type_, fields)
        return known


def _list_of(item: _Way) -> _Way:
    def coerce(value: Any) -> list[Any]:
        return [item(each) for each in value] if type(value) is list else _refuse()

    return coerce


def _object(type_: GraphQLInputObjectType, fields: list[tuple[str, str, _Way, Any]]) -> _Way:
    make, is_one_of = type_.out_type, type_.is_one_of

    def coerce(value: Any) -> Any:
        unread = len(value) if type(value) is dict else _refuse()
        coerced = {}
        for name, out_name, way, absent in fields:
            if name in value:
                coerced[out_name] = way(value[name])
                unread -= 1
            elif absent is _REQUIRED:
                _refuse()
            elif absent is not Undefined:
                coerced[out_name] = absent
        if unread or (is_one_of and not _is_one(value, coerced)):
            _refuse()
        return make(coerced)

    return coerce


def _is_one(sent: dict[str, Any], coerced: dict[str, Any]) -> bool:
    return len(sent) == 1 == len(coerced) and None not in coerced.values()


def _absent(field: GraphQLInputField) -> Any:
    """Return what stands for a field that was left out: the very object that graphql-core keeps for all requests."""
    return _REQUIRED if is_required_input_field(field) else _tried(partial(coerce_default_value, field))


def _leaf(read: _Way) -> _Way:
    """Return what leaves a value to its type; Undefined means that the type refuses it."""

    def coerce(value: Any) -> Any:
        coerced = Undefined if value is None else read(value)
        return _refuse() if coerced is Undefined else coerced

    return coerce


def _text(value: Any) -> Any:
    return value if type(value) is str else _refuse()


def _truth(value: Any) -> Any:
    return value if value is True or value is False else _refuse()


def _number(value: Any) -> Any:
    return value if type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT else _refuse()


def _refuse() -> Any:
    raise NotOursError


def _tried(make: Callable[[], Any]) -> Any:
    try:
        return make()
    except TypeError:  # a default that its type refuses
        raise NotOursError from None


_PLAIN: dict[Any, _Way] = {
    GraphQLString: _text,
    GraphQLID: _text,
    GraphQLBoolean: _truth,
    GraphQLInt: _number,
}
