"""Plan variants: the plans of one operation, one for each assignment of its conditions and set of refused fields."""

from time import perf_counter
from typing import Any

from graphql import GraphQLError, GraphQLSchema
from graphql.execution.values import VariableValues

from graph.engine.compiler import Compiler, NotCompilableError
from graph.engine.field_collection import condition_variables, directives_in
from graph.engine.plans import Plan
from graph.engine.syntax import Syntax

MOST_VARIANTS = 8
_UNSUPPORTED_DIRECTIVES = {"defer", "stream", "experimental_disableErrorPropagation"}
_Key = tuple[tuple[Any, ...], tuple[tuple[str, str], ...]]


class CompilationStats:
    """How many plans were compiled, and how many seconds that took in total: a metric."""

    __slots__ = ("count", "seconds")

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        """Count a plan."""
        self.count += 1
        self.seconds += seconds


class PlanVariants:
    """The plans of one operation, at most eight; a ninth takes the place of the oldest.

    The syntax tree is dropped once a plan stands that does not need it.
    `obstacle` says why the operation cannot be compiled at all, `has_grown` that it was not weighed since it took more.
    """

    __slots__ = ("_compilations", "_conditions", "_plans", "_schema", "_syntax", "has_grown", "obstacle")

    def __init__(
        self, schema: GraphQLSchema, syntax: Syntax, compilations: CompilationStats | None = None
    ) -> None:
        self._compilations = compilations or CompilationStats()
        self._schema = schema
        self._syntax = syntax
        operation = syntax.operation
        definitions = (operation, *syntax.fragments.values())
        found = [directive for d in definitions for directive in directives_in(d.selection_set)]
        self._conditions = condition_variables(found)
        self._plans: dict[_Key, Plan] = {}
        self.has_grown = True
        named = {directive.name.value for directive in (*found, *(operation.directives or ()))}
        self.obstacle = next(iter(sorted(named & _UNSUPPORTED_DIRECTIVES)), None)

    def plan(self, variables: VariableValues, refused: dict[str, str]) -> Plan | None:
        """Return the plan for these variables and refused coordinates, or None where graphql-core has to execute it."""
        if self.obstacle is not None:
            return None
        key = self._key(variables, refused)
        plan = self._plans.get(key)
        return plan if plan is not None else self._compiled(key, variables, refused)

    def known(self, variables: VariableValues, refused: dict[str, str]) -> Plan | None:
        """Return the plan if it is compiled already."""
        return self._plans.get(self._key(variables, refused))

    def _key(self, variables: VariableValues, refused: dict[str, str]) -> _Key:
        values = tuple([variables.coerced.get(name) for name in self._conditions])
        return values, tuple(sorted(refused.items())) if refused else ()

    def _compiled(self, key: _Key, variables: VariableValues, refused: dict[str, str]) -> Plan | None:
        began = perf_counter()
        try:
            plan = Compiler(self._schema, self._syntax, variables, refused).plan()
        except NotCompilableError as error:
            self.obstacle = str(error)
            return None
        except GraphQLError:
            return None  # a condition is null: graphql-core reports it
        except (RecursionError, SyntaxError):
            self.obstacle = "depth"
            return None
        self._compilations.add(perf_counter() - began)
        if len(self._plans) >= MOST_VARIANTS:
            del self._plans[next(iter(self._plans))]
        self._plans[key] = plan
        self.has_grown = True
        if not plan.needs_syntax:
            self._syntax.drop()
        return plan

    @property
    def weight(self) -> int:
        """The memory that the plans take, in bytes."""
        return sum(plan.weight for plan in self._plans.values())
