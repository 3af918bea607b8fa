"""Executor: runs prepared operations for every transport, as compiled plans or by graphql-core."""

from collections import Counter
from collections.abc import AsyncIterator
from enum import Enum
from typing import Any
from weakref import WeakValueDictionary

import orjson
from graphql import ExecutionResult, GraphQLError, execute, subscribe
from graphql.execution.values import VariableValues

from domain.errors import DomainError
from graph.documents.prepared import DocumentCache, PreparedOperation, RefusedDocumentError
from graph.engine.event_stream import results_of
from graph.engine.plans import Plan
from graph.engine.runner import Run
from graph.execution.broadcast import Broadcast, EncodedResponse, ResponseSink
from graph.execution.deadlines import Deadlines
from graph.execution.error_masking import DefectLog, Formatted, formatted, refused
from graph.execution.plan_compilation import Compile, at_once
from graph.execution.source_streams import source_stream_of
from graph.execution.subscriptions import BroadcastSubscription, StreamSubscription, Subscription
from resolvers.context import Context

DEADLINE_S = 10.0
Answer = tuple[dict[str, Any] | None, list[GraphQLError] | None]
"""The data and the errors of one execution."""


class Engine(Enum):
    """The engine that runs operations."""

    COMPILED = "compiled"
    REFERENCE = "reference"


class Executor:
    """Runs operations on one schema. Plans are compiled by `compile_`, which may refuse or delay them.

    `fallbacks` counts, by reason, the operations that graphql-core ran in place of the compiled engine.
    """

    def __init__(
        self,
        documents: DocumentCache,
        *,
        log_defect: DefectLog,
        deadline_s: float = DEADLINE_S,
        engine: Engine = Engine.COMPILED,
        compile_: Compile = at_once,
    ) -> None:
        self.documents = documents
        self.engine = engine
        self.fallbacks: Counter[str] = Counter()
        self._broadcasts: WeakValueDictionary[Plan, Broadcast] = WeakValueDictionary()
        self._log_defect = log_defect
        self._compile = compile_
        self._deadlines = Deadlines(deadline_s)

    async def run(
        self, prepared: PreparedOperation, variables: dict[str, Any], context: Context
    ) -> Formatted:
        """Run a query or mutation and return the response, which has no `data` if the operation was refused."""
        try:
            context.refused = self.documents.authorize(prepared, context.viewer)
            answer = await self._answer(prepared, variables, context)
        except RefusedDocumentError as refusal:
            if refusal.has_status:
                raise
            return refused(refusal.errors, context, self._log_defect)
        except TimeoutError as late:
            error = GraphQLError("Timeout", original_error=late)
            return {"data": None} | refused((error,), context, self._log_defect)
        except Exception as defect:  # noqa: BLE001 - a defect of the executor itself: masked and logged
            return self._masked(defect, context)
        return self._response(answer, context)

    async def _answer(
        self, prepared: PreparedOperation, variables: dict[str, Any], context: Context
    ) -> Answer:
        values = prepared.values(variables)
        if isinstance(values, list):
            return None, values
        if self.engine is Engine.COMPILED and not prepared.introspects:
            plan = prepared.variants.known(values, context.refused) or await self._plan(
                prepared, values, context
            )
            self._use(prepared)
            if plan is not None:
                started = Run(plan, context=context, variables=values).start()
                if isinstance(started, tuple):
                    return started
                with self._deadlines.start():
                    return await started
        else:
            self._use(prepared)
            if prepared.introspects:
                self.fallbacks["introspection"] += 1
        with self._deadlines.start():
            if prepared.is_introspection_only:
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

    async def _plan(
        self, prepared: PreparedOperation, values: VariableValues, context: Context
    ) -> Plan | None:
        """Return the plan, which is compiled if it is not known, or None where there cannot be one."""
        variants, refused = prepared.variants, context.refused
        plan = variants.known(values, refused)
        if plan is None and variants.obstacle is None:
            plan = await self._compile(
                prepared,
                context,
                lambda: variants.known(values, refused),
                lambda: variants.plan(values, refused),
            )
        if plan is None:
            self.fallbacks[prepared.variants.obstacle or "condition"] += 1
        return plan

    def _use(self, prepared: PreparedOperation, *, at_once: bool = False) -> None:
        """Let the document cache keep an operation that is about to run, or weigh what it has grown by."""
        if prepared.variants.has_grown:
            self.documents.kept.use(prepared, at_once=at_once)

    async def subscribe(
        self, prepared: PreparedOperation, variables: dict[str, Any], context: Context, sink: ResponseSink
    ) -> Subscription | Formatted:
        """Return a subscription that writes to a sink once it is started, or the response that refuses it."""
        try:
            context.refused = self.documents.authorize(prepared, context.viewer)
            started = await self._subscribed(prepared, variables, context, sink)
        except RefusedDocumentError as refusal:
            if refusal.has_status:
                raise
            return refused(refusal.errors, context, self._log_defect)
        except Exception as defect:  # noqa: BLE001 - masked and logged, as in `run`
            return self._masked(defect, context)
        if isinstance(started, list):
            return self._response((None, started), context)
        if isinstance(started, BroadcastSubscription):
            return started
        return StreamSubscription(self._responses(started, context), sink)

    async def _subscribed(
        self, prepared: PreparedOperation, variables: dict[str, Any], context: Context, sink: ResponseSink
    ) -> BroadcastSubscription | AsyncIterator[Answer] | list[GraphQLError]:
        values = prepared.values(variables)
        if isinstance(values, list):
            return values
        plan = await self._plan(prepared, values, context) if self.engine is Engine.COMPILED else None
        self._use(prepared, at_once=True)  # its subscribers share the plan, which lives as long as they do
        if plan is not None:
            joined = await self._joined(plan, values, context, sink)
            return joined or await results_of(plan, context=context, variables=values, sent=variables)
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

    async def _joined(
        self, plan: Plan, values: VariableValues, context: Context, sink: ResponseSink
    ) -> BroadcastSubscription | None:
        """Join the stream of a plan; None for one without listeners, and for arguments that graphql-core refuses."""
        source = source_stream_of(plan)
        if source is None:
            return None
        try:
            arguments = source.arguments(values)
        except (GraphQLError, DomainError):
            return None
        broadcast = self._broadcast(plan, values, context, is_shared=source.is_shared)
        subscription = BroadcastSubscription(broadcast, sink)
        try:
            subscription.take(await source.join(subscription, context, arguments))
        except Exception as error:  # noqa: BLE001 - sent to the client when the subscription starts
            subscription.end(error)
        return subscription

    def _broadcast(
        self, plan: Plan, values: VariableValues, context: Context, *, is_shared: bool
    ) -> Broadcast:
        known = self._broadcasts.get(plan) if is_shared else None
        if known is None:
            viewer = None if is_shared else context.viewer
            known = Broadcast(plan, values, context.ports, viewer, respond=self._response, fail=self._failed)
        if is_shared:
            self._broadcasts[plan] = known
        return known

    async def _responses(
        self, answers: AsyncIterator[Answer], context: Context
    ) -> AsyncIterator[EncodedResponse]:
        try:
            async for answer in answers:
                data = orjson.dumps(self._response(answer, context))
                yield EncodedResponse(data, context.last_event_id)
        except GraphQLError as error:
            yield EncodedResponse(orjson.dumps(refused((error,), context, self._log_defect)))
        except Exception as error:  # noqa: BLE001 - masked and logged, like a failing field
            yield EncodedResponse(orjson.dumps(self._masked(error, context)))
        finally:
            await answers.aclose()  # type: ignore[attr-defined]

    def _failed(self, error: Exception, context: Context) -> Formatted:
        """Format the error with which a stream failed: a refusal as it is, a defect masked."""
        if not isinstance(error, DomainError):
            return self._masked(error, context)
        refusal = GraphQLError(error.message, original_error=error)
        return refused((refusal,), context, self._log_defect)

    def _masked(self, defect: Exception, context: Context) -> Formatted:
        error = GraphQLError("Defect", path=[], original_error=defect)
        return {"data": None} | refused((error,), context, self._log_defect)

    def _response(self, answer: Answer, context: Context) -> Formatted:
        data, errors = answer
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
