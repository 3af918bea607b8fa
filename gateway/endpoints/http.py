"""GraphQL over HTTP: the ASGI application that reads one request and writes one response."""

import asyncio
import time
from functools import partial

from graphql import OperationType
from starlette.types import Receive, Scope, Send

from domain.accounts.users import Viewer
from gateway.authentication.api_keys import is_api_key
from gateway.callers.cors import METHODS, Cors, HeaderList
from gateway.callers.origins import Headers, readable
from gateway.callers.request_info import RequestInfoReader, cookie_headers
from gateway.connections.disconnects import ClientGoneError, while_connected
from gateway.http.errors import HttpError
from gateway.http.fast_path import FastPath
from gateway.http.negotiation import GRAPHQL, HTML, JSON, preferred
from gateway.http.request_parsing import read_get, read_post
from gateway.http.responses import HttpResponse
from gateway.operations.pipeline import OperationPipeline
from gateway.overload.admission import LANE, Lane
from gateway.rate_limits.errors import ANSWERED_AFTER_S, RateLimitedError
from gateway.rate_limits.preparation import BodyAdmission
from gateway.streams.connection_slots import ConnectionSlots
from gateway.streams.sse_events import EVENTS, last_event_id
from gateway.streams.sse_stream import EventStream, StreamClient
from gateway.telemetry.operation_outcomes import OperationOutcome
from graph.documents.prepared import PreparedOperation, RefusedDocumentError
from graph.execution.cache_policy import CachePolicies, CachePolicy
from graph.execution.error_masking import Formatted
from resolvers.request_info import foreign_origin

NO_RESPONSE = 0
"""The status of a response that was streamed already, or whose client is gone."""
_OFFERED = (JSON, GRAPHQL, EVENTS)
_ASKS_COST = b"x-questpath-cost"
_METHODS = frozenset({"POST", "GET", "HEAD"})


class HttpEndpoint:
    """Handles POST and GET of `/graphql`, and OPTIONS for CORS."""

    def __init__(
        self,
        pipeline: OperationPipeline,
        request_info: RequestInfoReader,
        cors: Cors,
        slots: ConnectionSlots,
    ) -> None:
        self._pipeline = pipeline
        self._request_info = request_info
        self._cors = cors
        self._slots = slots
        self._cache_policies = CachePolicies(pipeline.executor.documents.schema)
        self._fast_path = FastPath(production=pipeline.strict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one HTTP request."""
        began = time.perf_counter()
        headers = dict(scope["headers"])
        send = self._cors.wrap(headers, send)
        if scope["method"] == "OPTIONS":
            await self._cors.preflight(headers, send)
            return
        media = preferred(headers.get(b"accept", b"").decode("latin-1"), _OFFERED)
        find_request = partial(self._request_info.of_request, scope, headers)
        outcome = self._pipeline.open("sse" if media == EVENTS else "http", headers, find_request)
        request_id = outcome.request_id
        extra: HeaderList = []
        try:
            with self._pipeline.observer.traced(outcome):
                status, response = await self._charged(scope, headers, receive, send, media, outcome)
        except HttpError as error:
            status, extra = error.status, error.headers
            response = self._pipeline.refusal(request_id, error.error)
        except RateLimitedError as refusal:
            status, extra = refusal.status, refusal.headers
            response = self._pipeline.refusal(request_id, *refusal.errors) | refusal.extra
        except RefusedDocumentError as refusal:
            response = self._pipeline.refusal(request_id, *refusal.errors)
            status = _refused_status(response, media)
        except ClientGoneError:
            status, response = NO_RESPONSE, {}
            outcome.extra["client_gone"] = True
        except asyncio.CancelledError:
            self._pipeline.observer.abandon(outcome)
            raise
        except Exception as defect:  # noqa: BLE001 - outside of any field: masked and logged as a field's is
            status, response = 500, self._pipeline.defect(request_id, defect)
        if status == NO_RESPONSE:
            self._pipeline.finish(outcome, response, began)
            return
        http_response = self._finish_response(status, response, outcome, began, headers, extra)
        http_response.media = GRAPHQL if media == GRAPHQL else JSON
        if not self._fast_path.try_send(scope, headers, http_response):
            await http_response.send(send, headers)

    def _finish_response(
        self,
        status: int,
        response: Formatted,
        outcome: OperationOutcome,
        began: float,
        headers: Headers,
        extra: HeaderList,
    ) -> HttpResponse:
        """Encode the response, and count and log the operation."""
        if outcome.context is not None:
            extra += cookie_headers(outcome.context.read_request, now=self._pipeline.ports.now())
        body, cost_headers = self._pipeline.encode(outcome, response, with_cost=_ASKS_COST in headers)
        self._pipeline.finish(outcome, response, began)
        made = HttpResponse(status, JSON, body, outcome.request_id, [*extra, *cost_headers], outcome.policy)
        made.is_compressible = outcome.operation_type == "query"
        return made

    async def _charged(
        self,
        scope: Scope,
        headers: Headers,
        receive: Receive,
        send: Send,
        media: str | None,
        outcome: OperationOutcome,
    ) -> tuple[int, Formatted]:
        """Respond; a refused request is paid for too, and one that exceeds a rate limit is answered later."""
        try:
            return await self._respond(scope, headers, receive, send, media, outcome)
        except (HttpError, RefusedDocumentError) as refused:
            refusal, is_late = self._pipeline.preparation.charged(refused, outcome.find_request)
        if is_late:
            await asyncio.sleep(ANSWERED_AFTER_S)
        raise refusal

    async def _respond(
        self,
        scope: Scope,
        headers: Headers,
        receive: Receive,
        send: Send,
        media: str | None,
        outcome: OperationOutcome,
    ) -> tuple[int, Formatted]:
        method = scope["method"]
        if method not in _METHODS:
            raise HttpError(
                405, "METHOD_NOT_ALLOWED", "Send a POST request, or a GET for a query.", allow=METHODS
            )
        if media is None or (media == EVENTS and method == "HEAD"):
            raise HttpError(406, "NOT_ACCEPTABLE", f"Accept {GRAPHQL}, {JSON} or {EVENTS}.")
        if self._request_info.is_cross_site(headers):
            self._request_info.origins.log_refusal(headers, what="sending the cookie")
            raise HttpError(403, "CSRF_BLOCKED", foreign_origin(readable(headers)))
        request = (
            await read_post(headers, receive, BodyAdmission(self._pipeline.preparation, outcome.find_request))
            if method == "POST"
            else read_get(scope, headers, strict=self._pipeline.strict)
        )
        viewer, ends_at, refusal = await self._caller(headers, media, outcome)
        prepared = await self._pipeline.prepare(request, viewer, outcome, refusal)
        if prepared.kind is OperationType.SUBSCRIPTION and media != EVENTS:
            raise HttpError(
                406,
                "SUBSCRIPTION_TRANSPORT_REQUIRED",
                f"Subscribe over a websocket (graphql-transport-ws), or accept {EVENTS}.",
            )
        if method != "POST" and prepared.kind is OperationType.MUTATION:
            raise HttpError(405, "METHOD_NOT_ALLOWED", "Send a mutation as a POST.", allow="POST")
        if media == EVENTS:
            stream = EventStream(self._pipeline, outcome, receive, send)
            client = StreamClient(viewer, ends_at, last_event_id(headers))
            lane: Lane = scope.get(LANE, self._pipeline.admission.ordinary)
            user_id = viewer.user_id if viewer else None
            with self._slots.taken(outcome.find_request().address, user_id), lane.left():
                response = await stream.serve(prepared, request, client)
            return (NO_RESPONSE if stream.is_answered else _refused_status(response, media)), response
        running = self._pipeline.run(prepared, request.variables, viewer, outcome)
        # A mutation continues without its client: cancelled between commit and signal, it would send no signal.
        is_read = prepared.kind is OperationType.QUERY
        response = await (while_connected(scope, running) if is_read else running)
        if method != "POST" and "errors" not in response and _ASKS_COST not in headers:
            outcome.policy = self._policy(prepared, headers, outcome)
        status = 200 if "data" in response else _refused_status(response, media)
        return status, response

    async def _caller(
        self, headers: Headers, media: str | None, outcome: OperationOutcome
    ) -> tuple[Viewer | None, float, RefusedDocumentError | None]:
        """Return the caller, when the token of a stream expires, and the refusal of a bad token."""
        given = headers.get(b"authorization", b"").decode("latin-1")
        try:
            if media == EVENTS or is_api_key(given):
                return *await self._pipeline.admit(given, outcome.find_request), None
            return self._pipeline.viewer(given), 0.0, None
        except RefusedDocumentError as refused:
            if refused.has_status:
                raise
            return None, 0.0, refused

    def _policy(
        self,
        prepared: PreparedOperation,
        headers: Headers,
        outcome: OperationOutcome,
    ) -> CachePolicy | None:
        """Return how long a response may be cached; an authenticated caller revalidates it each time."""
        if outcome.receipt is not None and outcome.receipt.is_degraded:
            return None  # it carries the rate limits of the caller
        policy = self._cache_policies.policy(prepared)
        if policy is None or not (b"authorization" in headers or b"cookie" in headers):
            return policy
        return CachePolicy(max_age=0, is_shared=False)


def _refused_status(response: Formatted, media: str | None) -> int:
    """Return the status of a request that did not run (GraphQL over HTTP, sections 6.4.1 and 6.4.2).

    Malformed requests are 400 and a bad token 401 in both media types. A well-formed request that fails parsing,
    validation or limits is 200 as plain JSON and 400 as a GraphQL response.
    """
    codes = {error["extensions"]["code"] for error in response["errors"]}
    if "UNAUTHENTICATED" in codes and "coordinate" not in response["errors"][0]["extensions"]:
        return 401
    if any("locations" not in error for error in response["errors"]) and "BAD_USER_INPUT" in codes:
        return 400
    return 200 if media == JSON else 400


def wants_page(scope: Scope) -> bool:
    """Return whether a GET comes from a browser's address bar."""
    accept = dict(scope["headers"]).get(b"accept", b"").decode("latin-1")
    return (
        scope["method"] == "GET"
        and not scope["query_string"]
        and (preferred(accept, (JSON, GRAPHQL, HTML)) == HTML if accept else False)
    )
