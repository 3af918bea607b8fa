"""Variants: the plans of one operation, one for each assignment of its conditions and judgement of roles."""

from time import perf_counter
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
)
from graphql.execution.values import VariableValues

from graph.engine.collecting import condition_variables, directives_in
from graph.engine.compiling import Compiler, NotCompilableError
from graph.engine.plans import Plan

MOST_VARIANTS = 8
_NOT_OURS = {"defer", "stream", "experimental_disableErrorPropagation"}
_Key = tuple[tuple[Any, ...], tuple[tuple[str, str], ...]]


class Compilations:
    """How many plans were compiled, and how many seconds that took in all: a metric."""

    __slots__ = ("count", "seconds")

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        """Count a plan."""
        self.count += 1
        self.seconds += seconds


class Variants:
    """The plans of one operation, at most eight; a ninth takes the place of the oldest.

    `obstacle` says why an operation cannot be compiled at all.
    """

    __slots__ = ("_compilations", "_conditions", "_fragments", "_operation", "_plans", "_schema", "obstacle")

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        compilations: Compilations | None = None,
    ) -> None:
        self._compilations = compilations or Compilations()
        self._schema = schema
        self._operation = operation
        self._fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        definitions = (operation, *self._fragments.values())
        found = [directive for d in definitions for directive in directives_in(d.selection_set)]
        self._conditions = condition_variables(found)
        self._plans: dict[_Key, Plan] = {}
        named = {directive.name.value for directive in (*found, *(operation.directives or ()))}
        self.obstacle = next(iter(sorted(named & _NOT_OURS)), None)

    def plan(self, variables: VariableValues, refused: dict[str, str]) -> Plan | None:
        """Return the plan for these variables and refused coordinates, or None where there is none."""
        if self.obstacle is not None:
            return None
        values = tuple([variables.coerced.get(name) for name in self._conditions])
        key = values, tuple(sorted(refused.items())) if refused else ()
        known = self._plans.get(key)
        return known if known is not None else self._compiled(key, variables, refused)

    def _compiled(self, key: _Key, variables: VariableValues, refused: dict[str, str]) -> Plan | None:
        began = perf_counter()
        try:
            plan = Compiler(self._schema, self._fragments, variables, refused).plan(self._operation)
        except NotCompilableError as error:
            self.obstacle = str(error)
            return None
        except GraphQLError:
            return None  # a condition that is null: an error, whose place graphql-core knows
        except (RecursionError, SyntaxError):
            self.obstacle = "depth"
            return None
        self._compilations.add(perf_counter() - began)
        if len(self._plans) >= MOST_VARIANTS:
            del self._plans[next(iter(self._plans))]
        self._plans[key] = plan
        return plan
