"""Field calls: calls the resolver of a declared field without Strawberry, and reads its arguments once."""

import inspect
from collections.abc import Callable
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLSchema
from graphql.execution.values import VariableValues

from graph.arguments import read_arguments, takes_parent
from graph.declarations import Declaration, definition_of
from graph.engine.inputs.conversion import InputConverters
from graph.engine.inputs.errors import argument_values
from graph.engine.inputs.literals import UnsupportedLiteralError, names_variable, reader
from graph.engine.syntax import printed, without_selections

_CONVERTER = "questpath-converter"
_Convert = Callable[[dict[str, Any]], dict[str, Any]]


class Arguments:
    """The arguments of one field of a plan; constant ones are read once per plan."""

    __slots__ = ("_definition", "_is_constant", "_node", "_read", "_value", "convert", "text")

    def __init__(self, definition: GraphQLField, node: FieldNode) -> None:
        self._definition = definition
        self._node = without_selections(node)
        self._is_constant = not any(names_variable(argument.value) for argument in node.arguments or ())
        self._value: dict[str, Any] | None = None
        self._read = reader(definition, node)
        self.convert: Callable[[dict[str, Any]], dict[str, Any]] | None = None
        self.text = text_of(node)

    def read(self, variables: VariableValues) -> dict[str, Any]:
        """Return the arguments of the field's function; raises GraphQLError or DomainError for an invalid one."""
        if self._value is not None:
            return self._value
        sent = self._sent(variables)
        arguments = self.convert(sent) if self.convert else sent
        if self._is_constant:
            self._value = arguments
        return arguments

    def check(self, variables: VariableValues) -> None:
        """Raise GraphQLError for an invalid argument."""
        argument_values(self._definition, self._node, variables)

    def _sent(self, variables: VariableValues) -> dict[str, Any]:
        if self._read is not None:
            try:
                return self._read(variables.coerced)
            except UnsupportedLiteralError:
                pass
        return argument_values(self._definition, self._node, variables)


class _NoArguments(Arguments):
    """The arguments of all fields that declare none."""

    __slots__ = ()

    def __init__(self) -> None:
        self.convert = None
        self.text = ()

    def read(self, _variables: VariableValues) -> dict[str, Any]:
        """Return no arguments."""
        return {}

    def check(self, _variables: VariableValues) -> None:
        """Accept them."""


_NO_ARGUMENTS = _NoArguments()


def arguments_of(definition: GraphQLField, node: FieldNode) -> Arguments:
    """Return the arguments of a field."""
    return Arguments(definition, node) if definition.args else _NO_ARGUMENTS


class MinimalInfo:
    """The part of an info object that generated resolver bodies use."""

    __slots__ = ("context",)

    def __init__(self, context: Any) -> None:
        self.context = context


def text_of(node: FieldNode) -> tuple[str, ...]:
    """Return the arguments as the document writes them, in alphabetical order."""
    return tuple(sorted(f"{a.name.value}: {printed(a.value)}" for a in node.arguments or ()))


def converter(
    schema: GraphQLSchema, definition: GraphQLField, declaration: Declaration
) -> Callable[[dict[str, Any]], dict[str, Any]] | None:
    """Return the function that turns the coerced arguments of a declared field into those of its resolver.

    It is made once for a field of the schema.
    """
    if not definition.args:
        return None
    if _CONVERTER not in definition.extensions:
        definition.extensions[_CONVERTER] = _converter(schema, definition, declaration)
    known: _Convert = definition.extensions[_CONVERTER]
    return known


def _converter(schema: GraphQLSchema, definition: GraphQLField, declaration: Declaration) -> _Convert:
    field = definition_of(definition)
    strawberry: Any = schema._strawberry_schema  # type: ignore[attr-defined]  # noqa: SLF001 - graphql-core's schema offers no other way to it
    convert = InputConverters(strawberry).arguments(field.arguments)
    signature = inspect.signature(field.base_resolver.wrapped_func)
    prefixes = declaration.id_arguments or {}

    def read(sent: dict[str, Any]) -> dict[str, Any]:
        return read_arguments(convert(sent), signature, prefixes)

    return convert if declaration.word == "mutated" else read


def field_call(
    definition: GraphQLField, declaration: Declaration
) -> Callable[[Any, Any, dict[str, Any]], Any] | None:
    """Return `call(parent, context, arguments)` of a declared field; None for one without a function."""
    if declaration.word == "mutated":
        body = definition_of(definition).base_resolver.wrapped_func
        return lambda parent, context, arguments: body(parent, MinimalInfo(context), **arguments)
    function = declaration.function
    if declaration.word != "resolved" or function is None:
        return None
    found_by = declaration.found_by
    if found_by is not None:
        return lambda _, context, arguments: found_by.answer(function, context, arguments)
    if takes_parent(function):
        return lambda parent, context, arguments: function(parent, context, **arguments)
    return lambda _, context, arguments: function(context, **arguments)
