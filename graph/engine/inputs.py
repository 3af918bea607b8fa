"""Inputs: what makes a function's arguments from those that a client sent, decided once for each field.

Strawberry's own conversion finds out anew for each request of what kind each type is and how each field is spelled.
What is rare here (`Maybe`, an input that builds itself) is left to it.
"""

from collections.abc import Callable
from dataclasses import MISSING
from typing import Any

from strawberry.scalars import is_scalar
from strawberry.types.arguments import StrawberryArgument, convert_argument
from strawberry.types.base import StrawberryList, StrawberryMaybe, StrawberryOptional, has_object_definition
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition
from strawberry.types.lazy_type import LazyType
from strawberry.types.unset import UNSET

Convert = Callable[[Any], Any]


class Inputs:
    """Makes the converters of one Strawberry schema."""

    def __init__(self, schema: Any) -> None:
        self._registry = schema.schema_converter.scalar_registry
        self._config = schema.config
        self._known: dict[Any, Convert] = {}

    def arguments(self, declared: list[StrawberryArgument]) -> Callable[[dict[str, Any]], dict[str, Any]]:
        """Return what converts the arguments of a field; those that were not sent stay away."""
        name_of = self._config.name_converter.from_argument
        ways = [(name_of(one), one.python_name, self._converter(one.type)) for one in declared]

        def convert(sent: dict[str, Any]) -> dict[str, Any]:
            return {python_name: way(sent[name]) for name, python_name, way in ways if name in sent}

        return convert

    def _converter(self, type_: Any) -> Convert:
        if isinstance(type_, LazyType):
            return self._converter(type_.resolve_type())
        if isinstance(type_, StrawberryOptional) and not isinstance(type_, StrawberryMaybe):
            return self._converter(type_.of_type)
        if isinstance(type_, StrawberryList):
            return _list_of(self._converter(type_.of_type))
        is_enum = isinstance(type_, StrawberryEnumDefinition) or has_enum_definition(type_)
        if is_enum or is_scalar(type_, self._registry):
            return _as_it_is
        if has_object_definition(type_) and type_.__strawberry_definition__.from_input is None:
            return self._object(type_)
        return self._strawberrys(type_)

    def _object(self, type_: Any) -> Convert:
        """Return what builds an input object, which may hold others of its own type."""

        def known(value: Any) -> Any:
            return self._known[type_](value)

        if type_ in self._known:
            return known
        self._known[type_] = _as_it_is
        definition = type_.__strawberry_definition__
        absent = {
            field.python_name: None
            for field in definition.fields
            if field.default_value is MISSING and field.default_factory is MISSING
        }
        ways = [
            (
                self._config.name_converter.from_field(field),
                field.python_name,
                self._converter(field.resolve_type(type_definition=definition)),
            )
            for field in definition.fields
        ]

        def convert(value: Any) -> Any:
            if value is None or value is UNSET:
                return value
            given = {python_name: way(value[name]) for name, python_name, way in ways if name in value}
            return type_(**absent | given)

        self._known[type_] = convert
        return convert

    def _strawberrys(self, type_: Any) -> Convert:
        return lambda value: convert_argument(value, type_, self._registry, self._config)


def _as_it_is(value: Any) -> Any:
    return value


def _list_of(item: Convert) -> Convert:
    """Return what converts a list; also one of plain values is copied, because a default is every request's."""
    if item is _as_it_is:
        return lambda value: value if value is None or value is UNSET else list(value)
    return lambda value: value if value is None or value is UNSET else [item(each) for each in value]
