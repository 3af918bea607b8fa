"""Replica routes: queries read a replica, and it is known who ran a mutation before that is answered."""

from collections.abc import Callable
from functools import partial
from typing import Any

from graphql import OperationType

from domain.accounts.users import Role, Viewer
from graph.documents.prepared import DocumentCache, PreparedOperation
from graph.execution.broadcast import ResponseSink
from graph.execution.error_masking import Formatted
from graph.execution.executor import Executor
from graph.execution.subscriptions import Subscription
from persistence.replicas.read_replicas import ReadReplicas
from resolvers.context import Context

_STAFF = frozenset(Role) - {Role.LEARNER, Role.AUTHOR}


class RoutedExecutor(Executor):
    """An executor that chooses which server an operation reads.

    Mutations, subscriptions and all that staff asks for read the primary.
    """

    def __init__(self, replicas: ReadReplicas, documents: DocumentCache, **options: Any) -> None:
        super().__init__(documents, **options)
        self._replicas = replicas

    async def run(
        self, prepared: PreparedOperation, variables: dict[str, Any], context: Context
    ) -> Formatted:
        """Run a query or mutation, and note its caller as a writer before the response to a mutation is returned.

        A mutation counts as a write however it ends, because it may have been committed when its outcome was lost. Its
        caller may have signed in by it.
        """
        context.meter.reader = context.viewer_id
        is_query = prepared.kind is OperationType.QUERY
        if is_query and not _is_staff(context.viewer):
            context.meter.replica = await self._replicas.route(context.viewer_id)
        try:
            return await super().run(prepared, variables, context)
        finally:
            if context.viewer_id is not None and (not is_query or context.commits):
                await self._replicas.wrote(context.viewer_id)

    async def subscribe(
        self, prepared: PreparedOperation, variables: dict[str, Any], context: Context, sink: ResponseSink
    ) -> Subscription | Formatted:
        """Return a subscription; what its caller sees of the primary, no later query shows less of."""
        context.meter.reader = context.viewer_id
        return await super().subscribe(prepared, variables, context, sink)


def executor_type(replicas: ReadReplicas | None) -> Callable[..., Executor]:
    """Return what makes the executor: the plain one where there are no replicas."""
    return Executor if replicas is None else partial(RoutedExecutor, replicas)


def _is_staff(viewer: Viewer | None) -> bool:
    """Tell whether the caller has a role that is checked in the database, which must not be late."""
    return viewer is not None and not viewer.roles.isdisjoint(_STAFF)
