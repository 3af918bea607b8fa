"""Operation pipeline: what every transport does with an operation, from the access token to the log line."""

import logging
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from graphql import GraphQLError

from domain.accounts.users import Viewer
from domain.rate_limits.preparation import INTROSPECTION
from gateway.authentication.access_tokens import InvalidAccessTokenError, JwtTokens
from gateway.authentication.api_keys import ApiKeyLookup, is_api_key
from gateway.authentication.revocations import Revocations
from gateway.authentication.sign_in_operations import signs_in
from gateway.callers.client_apps import UNKNOWN, ClientApp
from gateway.connections.drain import Drain
from gateway.error_reports.reports import ErrorReports
from gateway.operations import defects
from gateway.operations.document_lookup import DocumentLookup
from gateway.operations.request_ids import RequestIds
from gateway.operations.requests import GraphQLRequest
from gateway.operations.urgency import Urgency
from gateway.overload.admission import Admission
from gateway.rate_limits.cost_reports import HeaderLines
from gateway.rate_limits.preparation import FindRequest
from gateway.rate_limits.rate_limiter import RateLimiter
from gateway.telemetry import logs
from gateway.telemetry.events import EventLog
from gateway.telemetry.observer import Observer
from gateway.telemetry.operation_outcomes import OperationOutcome, log_line, refusals, start_line
from graph.documents.prepared import PreparedOperation, RefusedDocumentError
from graph.execution.error_masking import Formatted, formatted
from graph.execution.executor import Executor
from resolvers.context import Context, Ports
from resolvers.request_info import RequestInfo

_SLOW_MS = 1_000
_BEARER = "bearer "
_REQUEST_ID = re.compile(rb"[A-Za-z0-9_.:-]{8,64}")


class OperationPipeline:
    """Runs operations for all transports: authenticates, prepares, charges, executes, encodes and logs.

    `strict` is whether the strict profile is on.
    """

    def __init__(
        self,
        executor: Executor,
        ports: Ports,
        tokens: JwtTokens,
        rate_limiter: RateLimiter,
        document_lookup: DocumentLookup,
        *,
        strict: bool,
        observer: Observer | None = None,
        reports: ErrorReports | None = None,
        admission: Admission | None = None,
    ) -> None:
        self.admission = admission or Admission()
        self.urgency = Urgency(document_lookup)
        self.revocations = Revocations()
        self.drain = Drain()
        self.observer = observer or Observer()
        self.reports = reports
        self.log_defect = defects.reporting(reports)
        self.executor = executor
        self.ports = ports
        self.tokens = tokens
        self.rate_limiter = rate_limiter
        self.strict = strict
        self.events = EventLog(ports)
        self.document_lookup = document_lookup
        self.preparation = document_lookup.preparation
        self.keys = ApiKeyLookup(ports, self.revocations, self.preparation)
        self._make_request_id = RequestIds().make

    def request_id_of(self, headers: Mapping[bytes, bytes]) -> str:
        """Return the id that a request has if it is well formed, or make one."""
        sent = headers.get(b"x-request-id")
        return sent.decode() if sent is not None and _REQUEST_ID.fullmatch(sent) else self._make_request_id()

    def open(
        self,
        transport: str,
        headers: Mapping[bytes, bytes],
        find_request: Callable[[], RequestInfo],
        client: ClientApp = UNKNOWN,
    ) -> OperationOutcome:
        """Begin an operation; `headers`, by lower-case names, may carry its id and its trace."""
        request_id = self.request_id_of(headers)
        outcome = OperationOutcome(request_id, transport, find_request=find_request, client=client)
        self.observer.begin(outcome, headers)
        return outcome

    def viewer(self, authorization: str) -> Viewer | None:
        """Return the caller of an `Authorization` header; raises RefusedDocumentError for an invalid token."""
        if not authorization:
            return None
        if authorization[: len(_BEARER)].lower() != _BEARER:
            raise _unauthenticated("Send the access token as `Authorization: Bearer ...`.")
        try:
            viewer = self.tokens.read(authorization[len(_BEARER) :].strip())
        except InvalidAccessTokenError as error:
            raise _unauthenticated(str(error)) from None
        if self.revocations.voids(viewer):
            raise _unauthenticated(
                "The session ended or your access changed; refresh the session or sign in."
            )
        return viewer

    async def admit(self, authorization: str, find_request: FindRequest) -> tuple[Viewer | None, float]:
        """Return the caller of a header with a key or a token, and its expiry in Unix seconds.

        Raises RefusedDocumentError for an invalid one, or when its address asked for too many unknown keys.
        """
        if is_api_key(authorization):
            key = await self.keys.known(authorization, find_request)
            return key.viewer, key.expires_at
        viewer = self.viewer(authorization)
        expires_at = self.tokens.expiry(authorization.partition(" ")[2].strip()) if viewer else 0.0
        return viewer, expires_at

    async def prepare(
        self,
        request: GraphQLRequest,
        viewer: Viewer | None,
        outcome: OperationOutcome,
        refusal: RefusedDocumentError | None = None,
    ) -> PreparedOperation:
        """Return the operation to run; raises RefusedDocumentError.

        `refusal` is that of the caller's token: it is raised unless the operation signs in, which needs no token.
        """
        if refusal is not None:
            return await self._prepare_sign_in(request, outcome, refusal)
        prepared = await self.document_lookup.prepare(request, viewer, outcome.extra, outcome.find_request)
        outcome.operation_name = prepared.name
        outcome.operation_type = prepared.kind.value
        outcome.usage = prepared.usage
        return prepared

    async def _prepare_sign_in(
        self, request: GraphQLRequest, outcome: OperationOutcome, refusal: RefusedDocumentError
    ) -> PreparedOperation:
        try:
            prepared = await self.prepare(request, None, outcome)
        except RefusedDocumentError:
            raise refusal from None
        if not signs_in(prepared):
            raise refusal
        return prepared

    def context(self, viewer: Viewer | None, outcome: OperationOutcome) -> Context:
        """Make the context of an operation that was charged."""
        context = Context(self.ports, viewer, outcome.request_id, find_request=outcome.find_request)
        context.cost = outcome.receipt.requested if outcome.receipt else 0
        context.meter.trace = outcome.trace
        outcome.context = context
        outcome.user_id = viewer.user_id if viewer else None
        if logs.is_debug:
            logs.write(start_line(outcome), logging.DEBUG)
        return context

    async def charge(
        self,
        prepared: PreparedOperation,
        variables: dict[str, Any],
        viewer: Viewer | None,
        outcome: OperationOutcome,
    ) -> None:
        """Measure an operation and charge it to the caller; raises RefusedDocumentError where it must not run."""
        outcome.user_id = viewer.user_id if viewer else None
        cost = prepared.measure(variables)
        if prepared.introspects:
            self.preparation.charge(INTROSPECTION, viewer, outcome.find_request)
        outcome.receipt = await self.rate_limiter.charge(
            prepared, viewer, lambda: outcome.find_request().address, cost=cost
        )

    async def run(
        self,
        prepared: PreparedOperation,
        variables: dict[str, Any],
        viewer: Viewer | None,
        outcome: OperationOutcome,
    ) -> Formatted:
        """Charge and run a query or a mutation; raises RefusedDocumentError where it must not run."""
        await self.charge(prepared, variables, viewer, outcome)
        if self.ports.service_status.is_degraded:
            outcome.degraded = self.ports.service_status.extensions_for(prepared.coordinates)
        return await self.executor.run(prepared, variables, self.context(viewer, outcome))

    def refusal(self, request_id: str, *errors: GraphQLError) -> Formatted:
        """Format the response to a request that was not run."""
        return {"errors": [formatted(error, request_id, self.log_defect) for error in errors]}

    def defect(self, request_id: str, cause: Exception) -> Formatted:
        """Format the response to a request that failed outside any field, and log the cause."""
        return self.refusal(request_id, GraphQLError("Defect", original_error=cause))

    def encode(
        self, outcome: OperationOutcome, response: Formatted, *, with_cost: bool
    ) -> tuple[bytes, HeaderLines]:
        """Encode a response, refund what it did not use, and add its cost where `with_cost` asks for it.

        What caches may store does not name the parts of the service that fail.
        """
        body = orjson.dumps(response)
        if outcome.receipt is None:
            return body, []
        self.rate_limiter.refund(outcome.receipt, body)
        also = outcome.degraded if outcome.policy is None else None
        return self.rate_limiter.report(
            outcome.receipt, body, with_cost=with_cost, is_extended="extensions" in response, also=also
        )

    def finish(self, outcome: OperationOutcome, response: Formatted, began: float) -> None:
        """Count an operation and write its log line, without variables and secrets."""
        seconds = time.perf_counter() - began
        self.observer.finish(outcome, response, seconds)
        duration = seconds * 1_000
        slow = duration > _SLOW_MS and outcome.operation_type != "subscription"
        line = log_line(outcome, "slow_operation" if slow else "operation", duration_ms=round(duration, 2))
        if slow:
            line |= self.observer.slow(outcome)
        if "errors" in response:
            line["errors"] = sorted({error["extensions"]["code"] for error in response["errors"]})
        if outcome.operation_type == "mutation":
            refused = refusals(response)
            if refused:
                line["refused"] = refused
                self.observer.metrics.refusals.update(refused)
            elif outcome.user_id is not None:
                self.urgency.note(outcome.user_id, outcome.usage)
        if outcome.extra:
            line |= outcome.extra
        logs.write(line, logging.WARNING if slow else logging.INFO)
        if self.reports is not None:
            self.reports.operation_ended(outcome, seconds, is_failed="errors" in response)
        if outcome.context is not None and outcome.context.events is not None:
            self.events.write(outcome, outcome.context.events)


def _unauthenticated(message: str) -> RefusedDocumentError:
    return RefusedDocumentError(GraphQLError(message, extensions={"code": "UNAUTHENTICATED"}))
