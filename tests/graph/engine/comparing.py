"""Comparing two engines: what has to be the same, and what the specification leaves open."""

from dataclasses import dataclass, replace
from typing import Any

import orjson
from graphql import (
    DirectiveNode,
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    NameNode,
    OperationDefinitionNode,
    execute,
    get_variable_values,
)

from graph.engine.running import Run
from graph.engine.variants import Variants
from graph.execution import Engine

_UNSTOPPED = DirectiveNode(name=NameNode(value="experimental_disableErrorPropagation"), arguments=())

Told = tuple[tuple[Any, ...], str, tuple[tuple[int, int], ...]]
"""An error as a client sees it: path, message, locations."""


@dataclass
class Results:
    """What both engines answered, and every error that graphql-core finds where none stops another."""

    reference: ExecutionResult
    compiled: ExecutionResult
    candidates: list[GraphQLError]

    def assert_same(self, *, nothing_waited: bool) -> None:
        """Compare bytes of data, and errors as far as they are determined.

        Where nothing waited, the lists of errors are equal, order included. Else graphql-core tells of the errors
        that came first: when a value that must not be null fails, its parent is null at once, and what its
        siblings would have told depends on who was faster. So errors are compared position by position, a
        position being a place of the response that is null because something failed there or below: both engines
        name the same positions; each of their errors is among `candidates`, with the same path, message and
        locations; and where there is only one candidate, which is so wherever no errors compete, it is the one.
        """
        assert orjson.dumps(self.reference.data) == orjson.dumps(self.compiled.data)
        theirs, ours = tolds(self.reference.errors), tolds(self.compiled.errors)
        if nothing_waited:
            assert ours == theirs
            return
        candidates = tolds(self.candidates)
        data = self.reference.data
        assert {position(told, data) for told in ours} == {position(told, data) for told in theirs}
        assert set(ours) <= set(candidates)
        assert set(theirs) <= set(candidates)
        assert len(set(ours)) == len(ours)
        for at in {position(told, data) for told in ours}:
            competing = {told for told in candidates if told[0][: len(at)] == at}
            if len(competing) == 1:
                assert {told for told in ours if told[0][: len(at)] == at} == competing


def tolds(errors: list[GraphQLError] | None) -> list[Told]:
    return [
        (tuple(e.path or ()), e.message, tuple((at.line, at.column) for at in e.locations or ()))
        for e in errors or []
    ]


def position(told: Told, data: Any) -> tuple[Any, ...]:
    """Return the first place on the error's path at which the response is null."""
    for depth, step in enumerate(told[0]):
        if data is None:
            return told[0][:depth]
        data = data[step]
    return told[0]


async def both(
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: dict[str, Any],
    contexts: dict[Engine, Any],
    loose: Any,
) -> Results:
    """Run an operation with both engines, each with a context of its own, and once more without propagation."""
    operation = next(d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    reference = await _execute(schema, document, variables, contexts[Engine.REFERENCE])
    unstopped = replace(operation, directives=(_UNSTOPPED,))
    rest = [d for d in document.definitions if d is not operation]
    candidates = await _execute(schema, DocumentNode(definitions=(unstopped, *rest)), variables, loose)
    compiled = await compiled_result(schema, document, operation, variables, contexts[Engine.COMPILED])
    return Results(reference, compiled, candidates.errors or [])


async def _execute(
    schema: GraphQLSchema, document: DocumentNode, variables: dict[str, Any], context: Any
) -> ExecutionResult:
    result = execute(schema, document, context_value=context, variable_values=variables)
    return result if isinstance(result, ExecutionResult) else await result


async def compiled_result(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: dict[str, Any],
    context: Any,
) -> ExecutionResult:
    """Run an operation as a compiled plan."""
    values = get_variable_values(schema, operation.variable_definitions or (), variables, max_errors=50)
    if isinstance(values, list):
        return ExecutionResult(None, values)
    plan = Variants(schema, document, operation).plan(values, getattr(context, "refused", {}))
    assert plan is not None
    started = Run(plan, context=context, variables=values).start()
    data, errors = started if isinstance(started, tuple) else await started
    return ExecutionResult(data, errors or None)
