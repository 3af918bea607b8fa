"""Input conversion: turns coerced arguments into a resolver's arguments, by functions made once for each field.

Strawberry's own conversion looks up the kind of each type and the name of each field for every request. What is rare
here (`Maybe`, an input with a `from_input` of its own) is left to it.
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


class InputConverters:
    """Makes the converters of one Strawberry schema."""

    def __init__(self, schema: Any) -> None:
        self._registry = schema.schema_converter.scalar_registry
        self._config = schema.config
        self._objects: dict[Any, Convert] = {}

    def arguments(self, declared: list[StrawberryArgument]) -> Callable[[dict[str, Any]], dict[str, Any]]:
        """Return the converter of a field's arguments; arguments that were not sent are left out."""
        name_of = self._config.name_converter.from_argument
        converters = [
            (name_of(argument), argument.python_name, self._converter(argument.type)) for argument in declared
        ]

        def convert_all(sent: dict[str, Any]) -> dict[str, Any]:
            return {
                python_name: convert(sent[name]) for name, python_name, convert in converters if name in sent
            }

        return convert_all

    def _converter(self, type_: Any) -> Convert:
        if isinstance(type_, LazyType):
            return self._converter(type_.resolve_type())
        if isinstance(type_, StrawberryOptional) and not isinstance(type_, StrawberryMaybe):
            return self._converter(type_.of_type)
        if isinstance(type_, StrawberryList):
            return _list_of(self._converter(type_.of_type))
        is_enum = isinstance(type_, StrawberryEnumDefinition) or has_enum_definition(type_)
        if is_enum or is_scalar(type_, self._registry):
            return _unchanged
        if has_object_definition(type_) and type_.__strawberry_definition__.from_input is None:
            return self._object(type_)
        return self._by_strawberry(type_)

    def _object(self, type_: Any) -> Convert:
        """Return the converter of an input object, which may hold others of its own type."""

        def recursive(value: Any) -> Any:
            return self._objects[type_](value)

        if type_ in self._objects:
            return recursive
        self._objects[type_] = _unchanged
        definition = type_.__strawberry_definition__
        absent = {
            field.python_name: None
            for field in definition.fields
            if field.default_value is MISSING and field.default_factory is MISSING
        }
        converters = [
            (
                self._config.name_converter.from_field(field),
                field.python_name,
                self._converter(field.resolve_type(type_definition=definition)),
            )
            for field in definition.fields
        ]

        def build(value: Any) -> Any:
            if value is None or value is UNSET:
                return value
            given = {
                python_name: convert(value[name])
                for name, python_name, convert in converters
                if name in value
            }
            return type_(**absent | given)

        self._objects[type_] = build
        return build

    def _by_strawberry(self, type_: Any) -> Convert:
        return lambda value: convert_argument(value, type_, self._registry, self._config)


def _unchanged(value: Any) -> Any:
    return value


def _list_of(item: Convert) -> Convert:
    """Return the converter of a list, which copies it: a default value is shared by all requests."""
    if item is _unchanged:
        return lambda value: value if value is None or value is UNSET else list(value)
    return lambda value: value if value is None or value is UNSET else [item(each) for each in value]
