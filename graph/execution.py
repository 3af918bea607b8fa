"""Running a prepared operation behind the one function that transports call: as a compiled plan, or by graphql-core."""

from collections import Counter
from collections.abc import AsyncIterator
from enum import Enum
from typing import Any
from weakref import WeakValueDictionary

from graphql import ExecutionResult, GraphQLError, execute, subscribe
from graphql.execution.values import VariableValues

from domain.errors import DomainError
from graph.deadlines import Deadlines
from graph.documents import Documents, Prepared, RefusedDocumentError
from graph.engine.plans import Plan
from graph.engine.running import Run
from graph.engine.streaming import results_of
from graph.masking import DefectLog, Formatted, formatted, refused
from graph.sharing import Broadcast, Outlet, Subscriber, source_of
from resolvers.context import Context

DEADLINE_S = 10.0
Answer = tuple[dict[str, Any] | None, list[GraphQLError] | None]
"""The data and the errors of one execution."""


class Engine(Enum):
    """What runs operations."""

    COMPILED = "compiled"
    REFERENCE = "reference"


class Executor:
    """Runs operations on one schema; every transport uses the same one.

    `fallbacks` counts by reason the operations that the compiled engine left to graphql-core.
    """

    def __init__(
        self,
        documents: Documents,
        *,
        log_defect: DefectLog,
        deadline_s: float = DEADLINE_S,
        engine: Engine = Engine.COMPILED,
    ) -> None:
        self.documents = documents
        self.engine = engine
        self.fallbacks: Counter[str] = Counter()
        self._broadcasts: WeakValueDictionary[Plan, Broadcast] = WeakValueDictionary()
        self._log_defect = log_defect
        self._deadlines = Deadlines(deadline_s)

    async def run(self, prepared: Prepared, variables: dict[str, Any], context: Context) -> Formatted:
        """Run a query or mutation and return the response; it has no `data` where nothing was run."""
        try:
            context.refused = self.documents.judge(prepared, variables, context.viewer)
            data, errors = await self._answer(prepared, variables, context)
        except RefusedDocumentError as refusal:
            return refused(refusal.errors, context, self._log_defect)
        except TimeoutError as late:
            error = GraphQLError("Timeout", original_error=late)
            return {"data": None} | refused((error,), context, self._log_defect)
        except Exception as defect:  # noqa: BLE001 - ours, and no transport should have to guess: masked and logged
            return self._masked(defect, context)
        return self._response(data, errors, context)

    async def _answer(self, prepared: Prepared, variables: dict[str, Any], context: Context) -> Answer:
        values = prepared.values(variables)
        if isinstance(values, list):
            return None, values
        if self.engine is Engine.COMPILED and not prepared.introspects:
            plan = self._plan(prepared, values, context)
            if plan is not None:
                started = Run(plan, context=context, variables=values).start()
                if isinstance(started, tuple):
                    return started
                with self._deadlines.one():
                    return await started
        elif prepared.introspects:
            self.fallbacks["introspection"] += 1
        with self._deadlines.one():
            if prepared.asks_the_schema_alone:
                return await self.documents.introspection.answer(
                    prepared.document, prepared.name, variables, context.viewer
                )
            result = execute(
                self.documents.schema,
                prepared.document,
                context_value=context,
                variable_values=variables,
                operation_name=prepared.name,
            )
            if not isinstance(result, ExecutionResult):
                result = await result
        return result.data, result.errors

    def _plan(self, prepared: Prepared, values: VariableValues, context: Context) -> Plan | None:
        plan = prepared.variants.plan(values, context.refused)
        if plan is None:
            self.fallbacks[prepared.variants.obstacle or "condition"] += 1
        return plan

    async def stream(
        self, prepared: Prepared, variables: dict[str, Any], context: Context
    ) -> AsyncIterator[Formatted] | Formatted:
        """Start a subscription: an iterator of responses, or the response that refuses it."""
        try:
            context.refused = self.documents.judge(prepared, variables, context.viewer)
            started = await self._started(prepared, variables, context)
        except RefusedDocumentError as refusal:
            return refused(refusal.errors, context, self._log_defect)
        except Exception as defect:  # noqa: BLE001 - masked and logged, as in `run`
            return self._masked(defect, context)
        if isinstance(started, list):
            return self._response(None, started, context)
        return self._responses(started, context)

    async def listen(
        self, prepared: Prepared, variables: dict[str, Any], context: Context, outlet: Outlet
    ) -> Subscriber | None:
        """Join a subscription that tells its events to many, and send the first response.

        None where it cannot be joined, or has to be refused: `stream` does that.
        """
        try:
            self.documents.judge(prepared, variables, context.viewer)
            values = prepared.values(variables)
            if isinstance(values, list) or self.engine is not Engine.COMPILED:
                return None
            plan = prepared.variants.plan(values, {})
            source = None if plan is None else source_of(plan)
            if plan is None or source is None:
                return None
            broadcast = self._broadcast(plan, values, context, is_shared=source.is_shared)
            subscriber = Subscriber(broadcast, outlet)
            first = await source.join(subscriber, context, values)
        except Exception:  # noqa: BLE001 - it comes again in the stream, which tells of it
            return None
        await subscriber.begin(first)
        return subscriber

    def _broadcast(
        self, plan: Plan, values: VariableValues, context: Context, *, is_shared: bool
    ) -> Broadcast:
        known = self._broadcasts.get(plan) if is_shared else None
        if known is None:
            viewer = None if is_shared else context.viewer
            known = Broadcast(plan, values, context.ports, viewer, respond=self._respond, fail=self._failed)
        if is_shared:
            self._broadcasts[plan] = known
        return known

    async def _started(
        self, prepared: Prepared, variables: dict[str, Any], context: Context
    ) -> AsyncIterator[Answer] | list[GraphQLError]:
        if self.engine is Engine.COMPILED:
            values = prepared.values(variables)
            if isinstance(values, list):
                return values
            plan = self._plan(prepared, values, context)
            if plan is not None:
                return await results_of(plan, context=context, variables=values, sent=variables)
        started = subscribe(
            self.documents.schema,
            prepared.document,
            context_value=context,
            variable_values=variables,
            operation_name=prepared.name,
        )
        if not isinstance(started, ExecutionResult | AsyncIterator):
            started = await started
        return (started.errors or []) if isinstance(started, ExecutionResult) else _answers(started)

    async def _responses(self, answers: AsyncIterator[Answer], context: Context) -> AsyncIterator[Formatted]:
        try:
            async for data, errors in answers:
                yield self._response(data, errors, context)
        except GraphQLError as error:
            yield refused((error,), context, self._log_defect)
        except Exception as error:  # noqa: BLE001 - masked and logged, like a failing field
            yield self._masked(error, context)
        finally:
            await answers.aclose()  # type: ignore[attr-defined]

    def _respond(self, answer: Answer, context: Context) -> Formatted:
        return self._response(*answer, context)

    def _failed(self, error: Exception, context: Context) -> Formatted:
        """Format what ended a shared stream, a refusal as its own stream would tell it."""
        if not isinstance(error, DomainError):
            return self._masked(error, context)
        refusal = GraphQLError(error.message, original_error=error)
        return refused((refusal,), context, self._log_defect)

    def _masked(self, defect: Exception, context: Context) -> Formatted:
        error = GraphQLError("Defect", path=[], original_error=defect)
        return {"data": None} | refused((error,), context, self._log_defect)

    def _response(
        self, data: dict[str, Any] | None, errors: list[GraphQLError] | None, context: Context
    ) -> Formatted:
        response: Formatted = {}
        if errors:
            response["errors"] = [formatted(e, context.request_id, self._log_defect) for e in errors]
        if data is not None or any(error.path is not None for error in errors or ()):
            response["data"] = data
        return response


async def _answers(results: AsyncIterator[ExecutionResult]) -> AsyncIterator[Answer]:
    try:
        async for result in results:
            yield result.data, result.errors
    finally:
        await results.aclose()  # type: ignore[attr-defined]
