"""Event stream of a subscription that is an async generator: its plan runs once per event.

graphql-core leaks more than 1 200 bytes per event and subscriber: its executor of an event is a copy that shares
`_relevant_sub_fields`, whose keys are identities of objects made for the event. It makes the source stream only, once
per subscription; nothing of an event is kept here.
"""

from collections.abc import AsyncIterator
from inspect import isawaitable
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLError
from graphql.execution import Executor, create_source_event_stream
from graphql.execution.values import VariableValues

from graph.engine.plans import Plan
from graph.engine.runner import Result, Run


async def results_of(
    plan: Plan, *, context: Any, variables: VariableValues, sent: dict[str, Any]
) -> AsyncIterator[Result] | list[GraphQLError]:
    """Start a subscription: an iterator of results, or the errors that refuse it."""
    definitions = (plan.syntax.operation, *plan.syntax.fragments.values())
    document = DocumentNode(definitions=definitions)
    executor = Executor.build(plan.schema, document, context_value=context, raw_variable_values=sent)
    if isinstance(executor, list):
        return executor
    events: Any = create_source_event_stream(executor)
    if isawaitable(events):
        events = await events
    if isinstance(events, ExecutionResult):
        return events.errors or []
    return _results(plan, events, context, variables)


async def _results(plan: Plan, events: Any, context: Any, variables: VariableValues) -> AsyncIterator[Result]:
    try:
        async for event in events:
            with context.watched():
                started = Run(plan, context=context, variables=variables, root=event).start()
                result = started if isinstance(started, tuple) else await started
            yield result
    finally:
        if hasattr(events, "aclose"):
            await events.aclose()
