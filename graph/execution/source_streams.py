"""Source streams: the streams of events that listeners can join, and whether their responses can be shared.

A response can be shared if nothing in the selection depends on the caller. That follows from the declarations alone. A
shared event is executed as an anonymous caller, so that a field that reads the caller against its declaration shows too
little and never too much.
"""

from typing import Any

from graphql.execution.values import VariableValues

from graph.declarations import Declaration, declaration_of
from graph.engine.plans import FieldPlan, Plan, SelectionSetPlan
from graph.engine.traversal import fields_of, selections_of
from resolvers.batches import Rows
from resolvers.context import Context
from resolvers.live.listeners import Listener


class SourceStream:
    """The stream of a plan that listeners can join; `is_shared` says that one execution of an event answers them all.

    It does if the plan below the stream has only attributes that are not personal, batches of public rows, and no
    variable in an argument.
    """

    def __init__(self, field: FieldPlan, declaration: Declaration) -> None:
        self.is_shared = all(_is_impersonal(selection) for selection in selections_of(field.shape))
        self._function = declaration.function
        self._arguments = field.arguments

    def arguments(self, variables: VariableValues) -> dict[str, Any]:
        """Return the arguments of the stream's function; raises the error of a wrong one."""
        return self._arguments.read(variables)

    async def join(self, listener: Listener, context: Context, arguments: dict[str, Any]) -> Any:
        """Add a listener and return its first event; raises the error with which the stream fails."""
        assert self._function is not None  # noqa: S101 - every stream has one
        if self.is_shared:
            context = Context(
                context.ports,
                None,
                context.request_id,
                last_event_id=context.last_event_id,
                meter=context.meter,
            )
        return await self._function(context, listener, **arguments)


def source_stream_of(plan: Plan) -> SourceStream | None:
    """Return the stream of a plan; None if listeners cannot join it."""
    fields = list(fields_of(plan.root))
    declaration = declaration_of(fields[0].definition) if len(fields) == 1 else None
    if declaration is None or not declaration.joins_listeners:
        return None
    return SourceStream(fields[0], declaration)


def _is_impersonal(selection: SelectionSetPlan) -> bool:
    return all(_is_public(field) for field in fields_of(selection))


def _is_public(field: FieldPlan) -> bool:
    declaration = declaration_of(field.definition)
    if declaration is None or field.refusal is not None or any("$" in text for text in field.arguments.text):
        return False
    if declaration.word == "batch":
        is_public = declaration.batch is not None and declaration.batch.rows is Rows.PUBLIC
    else:
        is_public = declaration.word == "attribute" and not declaration.personal
    return is_public and all(_is_impersonal(selection) for selection in selections_of(field.shape))
