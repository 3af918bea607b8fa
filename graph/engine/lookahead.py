"""Lookahead: fields whose arguments hold the key of their object, and fields that read what is selected below them."""

from typing import Any

from graphql import FieldNode, GraphQLError, GraphQLField, ObjectValueNode, get_named_type, is_non_null_type
from graphql.execution.values import VariableValues

from domain.errors import DomainError
from graph.declarations import Declaration, Finder, Lookahead
from graph.engine.field_calls import Arguments
from graph.engine.plans import FieldPlan
from graph.engine.traversal import fields_of, selections_of


def finder_of(declaration: Declaration | None, definition: GraphQLField, node: FieldNode) -> Finder | None:
    """Return the finder of a field whose arguments give the key of its object, as the document shows."""
    if declaration is None or declaration.found_by is None:
        return None
    name, _, inner = declaration.found_by.argument.partition(".")
    given = next((argument.value for argument in node.arguments or () if argument.name.value == name), None)
    type_ = definition.args[name].type
    if not inner:
        return declaration.found_by if is_non_null_type(type_) else None
    is_given = isinstance(given, ObjectValueNode) and [each.name.value for each in given.fields] == [inner]
    return declaration.found_by if is_given and getattr(get_named_type(type_), "is_one_of", False) else None


class LookaheadArguments(Arguments):
    """The arguments of a field, and the parameters of its function that depend on the selection below."""

    __slots__ = ("_below",)

    def __init__(self, field: FieldPlan, lookahead: dict[str, Lookahead]) -> None:
        super().__init__(field.definition, field.nodes[0])
        fields = [f for selection in selections_of(field.shape) for f in fields_of(selection)]
        self._below = {
            name: (below.argument, [f for f in fields if f.name == below.field])
            for name, below in lookahead.items()
        }

    def read(self, variables: VariableValues) -> dict[str, Any]:
        """Return the arguments of the field's function; raises GraphQLError or DomainError for an invalid one."""
        below = {
            name: bool(fields) if argument is None else _largest(fields, argument, variables)
            for name, (argument, fields) in self._below.items()
        }
        return super().read(variables) | below


def _largest(fields: list[FieldPlan], argument: str, variables: VariableValues) -> int:
    """Return the largest value of an argument; a field with invalid arguments counts as 0, as it fails later."""
    largest = 0
    for field in fields:
        try:
            largest = max(largest, field.arguments.read(variables).get(argument) or 0)
        except (GraphQLError, DomainError):
            continue
    return largest
