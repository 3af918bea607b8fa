"""Run state: what the fields of one run are executed with, and their errors."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

from graphql import GraphQLResolveInfo
from graphql.execution.values import VariableValues
from graphql.pyutils import Path as GraphQLPath
from graphql.pyutils import is_awaitable
from graphql.type import GraphQLResolveInfoHelpers

from graph.declarations import ExecutionContext
from graph.engine.error_propagation import FieldErrors
from graph.engine.levels import ResponsePosition
from graph.engine.plans import FieldPlan, Plan


class RunState:
    """The plan, context, variables and errors of one run."""

    __slots__ = ("_arguments", "context", "field_errors", "plan", "root", "variables")

    def __init__(
        self, plan: Plan, *, context: ExecutionContext, variables: VariableValues, root: Any
    ) -> None:
        self.plan = plan
        self.context = context
        self.variables = variables
        self.root = root
        self.field_errors = FieldErrors()
        self._arguments: dict[FieldPlan, dict[str, Any]] = {}

    def arguments(self, field: FieldPlan) -> dict[str, Any]:
        """Return the arguments of a field, read once per run; raises GraphQLError or DomainError for an invalid one."""
        known = self._arguments.get(field)
        if known is None:
            known = self._arguments[field] = field.arguments.read(self.variables)
        return known

    def info(self, position: ResponsePosition) -> "GraphQLResolveInfo[Any]":
        """Make the info object of a resolver that none of the five words declared."""
        field = position.field
        path: Any = None
        for step in (*position.level.path(position.at), field.key):
            path = GraphQLPath(path, step, field.parent.name)
        return GraphQLResolveInfo(
            field.name,
            list(field.nodes),
            field.definition.type,
            field.parent,
            path,
            self.plan.schema,
            self.plan.syntax.fragments,
            self.root,
            self.plan.syntax.operation,
            self.variables,
            self.context,
            is_awaitable,
            None,
            _HELPERS,
        )


async def _gather(awaitables: Sequence[Awaitable[Any]]) -> list[Any]:
    return list(await asyncio.gather(*awaitables))


def _track(_awaitables: Sequence[Any]) -> None:
    """Do nothing: the engine leaves no awaitable behind."""


_HELPERS = GraphQLResolveInfoHelpers(_gather, _track)
