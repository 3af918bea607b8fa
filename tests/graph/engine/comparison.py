"""Comparison of both engines: what must be equal, and what the specification leaves open."""

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

from graph.engine.inputs import error_sentences
from graph.engine.plan_variants import PlanVariants
from graph.engine.runner import Run
from graph.engine.syntax import Syntax
from graph.execution.executor import Engine

_NO_PROPAGATION = DirectiveNode(name=NameNode(value="experimental_disableErrorPropagation"), arguments=())

SeenError = tuple[tuple[Any, ...], str, tuple[tuple[int, int], ...]]
"""An error as a client sees it: path, message, locations."""


@dataclass
class Results:
    """The results of both engines, and every error that graphql-core finds where none is propagated."""

    reference: ExecutionResult
    compiled: ExecutionResult
    candidates: list[GraphQLError]

    def assert_same(self, *, nothing_awaited: bool) -> None:
        """Compare bytes of data, and errors as far as they are determined.

        Where nothing was awaited, the lists of errors are equal, order included. Otherwise graphql-core lists the
        errors that came first: when a non-null value fails, its parent is null at once, and whether an error of a
        sibling is listed depends on which was faster. So errors are compared by position, a position being a place of
        the response that is null because of an error there or below: both engines null the same positions; each of
        their errors is among `candidates`, with the same path, message and locations; and where a position has a
        single candidate, both list that one.
        """
        assert orjson.dumps(self.reference.data) == orjson.dumps(self.compiled.data)
        expected, actual = seen(self.reference.errors), seen(self.compiled.errors)
        if nothing_awaited:
            assert actual == expected
            return
        candidates = seen(self.candidates)
        data = self.reference.data
        assert {position(error, data) for error in actual} == {position(error, data) for error in expected}
        assert set(actual) <= set(candidates)
        assert set(expected) <= set(candidates)
        assert len(set(actual)) == len(actual)
        for at in {position(error, data) for error in actual}:
            competing = {error for error in candidates if error[0][: len(at)] == at}
            if len(competing) == 1:
                assert {error for error in actual if error[0][: len(at)] == at} == competing


def seen(errors: list[GraphQLError] | None) -> list[SeenError]:
    return [
        (tuple(e.path or ()), unquoted(e.message), tuple((at.line, at.column) for at in e.locations or ()))
        for e in errors or []
    ]


def unquoted(message: str) -> str:
    """Return an argument's error as the compiled engine says it; graphql-core's own quotes the value."""
    return error_sentences.argument_sentence(message) if message.startswith("Argument '") else message


def position(error: SeenError, data: Any) -> tuple[Any, ...]:
    """Return the first place on the error's path at which the response is null."""
    for depth, step in enumerate(error[0]):
        if data is None:
            return error[0][:depth]
        data = data[step]
    return error[0]


async def run_both(
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: dict[str, Any],
    contexts: dict[Engine, Any],
    candidates_context: Any,
) -> Results:
    """Run an operation with both engines, each with a context of its own, and once more without propagation."""
    operation = next(d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    reference = await _execute(schema, document, variables, contexts[Engine.REFERENCE])
    unpropagated = replace(operation, directives=(_NO_PROPAGATION,))
    rest = [d for d in document.definitions if d is not operation]
    candidates = await _execute(
        schema, DocumentNode(definitions=(unpropagated, *rest)), variables, candidates_context
    )
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
    plan = PlanVariants(schema, Syntax(document, operation)).plan(values, getattr(context, "refused", {}))
    assert plan is not None
    started = Run(plan, context=context, variables=values).start()
    data, errors = started if isinstance(started, tuple) else await started
    return ExecutionResult(data, errors or None)
