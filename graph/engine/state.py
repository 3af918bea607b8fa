"""The state of one run: what its fields are asked with, and what failed."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

from graphql import GraphQLResolveInfo
from graphql.execution.values import VariableValues
from graphql.pyutils import Path as GraphQLPath
from graphql.pyutils import is_awaitable
from graphql.type import GraphQLResolveInfoHelpers

from graph.engine.failures import Failures
from graph.engine.frames import Position
from graph.engine.plans import FieldPlan, Plan


class State:
    """What is the same for every field of one run."""

    __slots__ = ("_arguments", "context", "failures", "plan", "root", "variables")

    def __init__(self, plan: Plan, *, context: Any, variables: VariableValues, root: Any) -> None:
        self.plan = plan
        self.context = context
        self.variables = variables
        self.root = root
        self.failures = Failures()
        self._arguments: dict[FieldPlan, dict[str, Any]] = {}

    def arguments(self, field: FieldPlan) -> dict[str, Any]:
        """Return the arguments of a field, read once per run; raises what a client is told of a wrong one."""
        known = self._arguments.get(field)
        if known is None:
            known = self._arguments[field] = field.arguments.read(self.variables)
        return known

    def info(self, position: Position) -> "GraphQLResolveInfo[Any]":
        """Make the info object that a resolver from elsewhere takes."""
        field = position.field
        path: Any = None
        for step in (*position.frame.path(position.at), field.key):
            path = GraphQLPath(path, step, field.parent.name)
        return GraphQLResolveInfo(
            field.nodes[0].name.value,
            field.nodes,
            field.definition.type,
            field.parent,
            path,
            self.plan.schema,
            self.plan.fragments,
            self.root,
            self.plan.operation,
            self.variables,
            self.context,
            is_awaitable,
            None,
            _HELPERS,
        )


async def _gather(awaitables: Sequence[Awaitable[Any]]) -> list[Any]:
    return list(await asyncio.gather(*awaitables))


def _track(_awaitables: Sequence[Any]) -> None:
    """Nothing is left behind here that would have to be waited for."""


_HELPERS = GraphQLResolveInfoHelpers(_gather, _track)
