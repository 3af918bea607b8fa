"""Running a prepared operation: the reference engine, graphql-core, behind the one function that transports call."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from graphql import ExecutionResult, GraphQLError, execute, subscribe

from graph.documents import Documents, Prepared, RefusedDocumentError
from graph.masking import DefectLog, Formatted, formatted, refused
from resolvers.context import Context

DEADLINE_S = 10.0


class Executor:
    """Runs operations on one schema; every transport uses the same one."""

    def __init__(
        self, documents: Documents, *, log_defect: DefectLog, deadline_s: float = DEADLINE_S
    ) -> None:
        self.documents = documents
        self._log_defect = log_defect
        self._deadline_s = deadline_s

    async def run(self, prepared: Prepared, variables: dict[str, Any], context: Context) -> Formatted:
        """Run a query or mutation and return the response; it has no `data` where nothing was run."""
        try:
            context.refused = self.documents.judge(prepared, variables, context.viewer)
        except RefusedDocumentError as refusal:
            return refused(refusal.errors, context, self._log_defect)
        try:
            async with asyncio.timeout(self._deadline_s):
                result = execute(
                    self.documents.schema,
                    prepared.document,
                    context_value=context,
                    variable_values=variables,
                    operation_name=prepared.name,
                )
                if not isinstance(result, ExecutionResult):
                    result = await result
        except TimeoutError as late:
            error = GraphQLError("Timeout", original_error=late)
            return {"data": None} | refused((error,), context, self._log_defect)
        return self._response(result, context)

    async def stream(
        self, prepared: Prepared, variables: dict[str, Any], context: Context
    ) -> AsyncIterator[Formatted] | Formatted:
        """Start a subscription: an iterator of responses, or the response that refuses it."""
        try:
            context.refused = self.documents.judge(prepared, variables, context.viewer)
        except RefusedDocumentError as refusal:
            return refused(refusal.errors, context, self._log_defect)
        started = subscribe(
            self.documents.schema,
            prepared.document,
            context_value=context,
            variable_values=variables,
            operation_name=prepared.name,
        )
        if not isinstance(started, ExecutionResult | AsyncIterator):
            started = await started
        if isinstance(started, ExecutionResult):
            return self._response(started, context)
        return self._responses(started, context)

    async def _responses(
        self, results: AsyncIterator[ExecutionResult], context: Context
    ) -> AsyncIterator[Formatted]:
        try:
            async for result in results:
                yield self._response(result, context)
        except GraphQLError as error:
            yield refused((error,), context, self._log_defect)
        except Exception as error:  # noqa: BLE001 - masked and logged, like a failing field
            cause = GraphQLError("The stream ended", path=[], original_error=error)
            yield {"data": None} | refused((cause,), context, self._log_defect)
        finally:
            await results.aclose()  # type: ignore[attr-defined]

    def _response(self, result: ExecutionResult, context: Context) -> Formatted:
        response: Formatted = {}
        errors = result.errors or []
        if errors:
            response["errors"] = [formatted(e, context.request_id, self._log_defect) for e in errors]
        if result.data is not None or any(error.path is not None for error in errors):
            response["data"] = result.data
        return response
