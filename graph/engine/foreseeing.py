"""Foreseeing: what the resolver of a field learns of the selection below it, together with its arguments."""

from typing import Any

from graphql import GraphQLError
from graphql.execution.values import VariableValues

from domain.errors import DomainError
from graph.declarations import Foresight
from graph.engine.answers import Arguments
from graph.engine.plans import FieldPlan
from graph.engine.walking import fields_of, selections_of


class ForeseeingArguments(Arguments):
    """The arguments of a field, and what its declaration wants to know of the selection below."""

    __slots__ = ("_below",)

    def __init__(self, field: FieldPlan, foresees: dict[str, Foresight]) -> None:
        super().__init__(field.definition, field.nodes[0])
        fields = [below for selection in selections_of(field.shape) for below in fields_of(selection)]
        self._below = {
            name: (foresight.argument, [f for f in fields if f.nodes[0].name.value == foresight.field])
            for name, foresight in foresees.items()
        }

    def read(self, variables: VariableValues) -> dict[str, Any]:
        """Return what the field's function takes; raises what a client is told of a wrong argument of its own."""
        foreseen = {
            name: bool(fields) if argument is None else _largest(fields, argument, variables)
            for name, (argument, fields) in self._below.items()
        }
        return super().read(variables) | foreseen


def _largest(fields: list[FieldPlan], argument: str, variables: VariableValues) -> int:
    """Return the largest value of an argument; a field whose arguments are wrong fails later, and asks nothing."""
    largest = 0
    for field in fields:
        try:
            largest = max(largest, field.arguments.read(variables).get(argument) or 0)
        except (GraphQLError, DomainError):
            continue
    return largest
