"""Answers: how a declared field is asked without Strawberry, and how its arguments are read once."""

import inspect
from collections.abc import Callable
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLSchema, print_ast
from graphql.execution.values import VariableValues, get_argument_values

from graph.arguments import read_arguments, takes_parent
from graph.declarations import METADATA_KEY, Declaration
from graph.engine.inputs import Inputs
from graph.engine.literals import NotOursError, names_variable, reader

BACKREF = "strawberry-definition"


class Arguments:
    """The arguments of one field of a plan; constant ones are read once per plan."""

    __slots__ = ("_constant", "_definition", "_known", "_node", "_read", "convert", "text")

    def __init__(self, definition: GraphQLField, node: FieldNode) -> None:
        self._definition = definition
        self._node = node
        self._constant = not any(names_variable(argument.value) for argument in node.arguments or ())
        self._known: dict[str, Any] | None = None if definition.args else {}
        self._read = reader(definition, node)
        self.convert: Callable[[dict[str, Any]], dict[str, Any]] | None = None
        self.text = text_of(node)

    def read(self, variables: VariableValues) -> dict[str, Any]:
        """Return what the field's function takes; raises what a client is told of a wrong one."""
        if self._known is not None:
            return self._known
        sent = self._sent(variables)
        arguments = self.convert(sent) if self.convert else sent
        if self._constant:
            self._known = arguments
        return arguments

    def _sent(self, variables: VariableValues) -> dict[str, Any]:
        if self._read is not None:
            try:
                return self._read(variables.coerced)
            except NotOursError:
                pass
        return get_argument_values(self._definition, self._node, variables)


class LightInfo:
    """What the generated bodies take of an info object."""

    __slots__ = ("context",)

    def __init__(self, context: Any) -> None:
        self.context = context


def text_of(node: FieldNode) -> tuple[str, ...]:
    """Return the arguments as they are written, in alphabetical order."""
    return tuple(sorted(print_ast(argument) for argument in node.arguments or ()))


def declaration_of(definition: GraphQLField) -> Declaration | None:
    """Return how the schema declared a field, or None for one that came from elsewhere."""
    field = (definition.extensions or {}).get(BACKREF)
    found: Declaration | None = (getattr(field, "metadata", None) or {}).get(METADATA_KEY)
    return found


def converter(
    schema: GraphQLSchema, definition: GraphQLField, declaration: Declaration
) -> Callable[[dict[str, Any]], dict[str, Any]] | None:
    """Return what makes the arguments of a declared field's function from those that a client sent."""
    if not definition.args:
        return None
    field = definition.extensions[BACKREF]
    strawberry: Any = schema._strawberry_schema  # type: ignore[attr-defined]  # noqa: SLF001 - its only way back
    converted = Inputs(strawberry).arguments(field.arguments)
    signature = inspect.signature(field.base_resolver.wrapped_func)
    prefixes = declaration.id_arguments or {}

    def read(sent: dict[str, Any]) -> dict[str, Any]:
        return read_arguments(converted(sent), signature, prefixes)

    return converted if declaration.word == "mutated" else read


def caller(
    definition: GraphQLField, declaration: Declaration
) -> Callable[[Any, Any, dict[str, Any]], Any] | None:
    """Return what asks a declared field: `call(parent, context, arguments)`; None for one without a function."""
    if declaration.word == "mutated":
        body = definition.extensions[BACKREF].base_resolver.wrapped_func
        return lambda parent, context, arguments: body(parent, LightInfo(context), **arguments)
    function = declaration.function
    if declaration.word != "resolved" or function is None:
        return None
    finds = declaration.finds
    if finds is not None:
        return lambda _, context, arguments: finds.answer(function, context, arguments)
    if takes_parent(function):
        return lambda parent, context, arguments: function(parent, context, **arguments)
    return lambda _, context, arguments: function(context, **arguments)
