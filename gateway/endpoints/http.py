"""GraphQL over HTTP: a plain ASGI application that reads one request and writes one response."""

import asyncio
import time
from functools import partial
from typing import Any

from graphql import OperationType
from starlette.types import Receive, Scope, Send

from gateway.accounts.api_keys import is_api_key
from gateway.callers.doors import Doorway, Headers, answered_cookie
from gateway.callers.origins import METHODS, Origins
from gateway.connections.leaving import ClientGoneError, while_connected
from gateway.http.asking import posted, queried
from gateway.http.errors import HttpError
from gateway.http.negotiation import GRAPHQL, HTML, JSON, preferred
from gateway.http.replies import Reply
from gateway.http.whole import WholeReplies
from gateway.operations.gateways import Gateway
from gateway.rates.tolls import RateLimitedError
from gateway.streams.events import EVENTS, last_mark
from gateway.streams.places import Places
from gateway.streams.sse import EventStream, Subscribing
from gateway.telemetry.outcomes import Outcome
from graph.documents import Prepared, RefusedDocumentError
from graph.keeping import Keeping, Policy
from graph.masking import Formatted

STREAMED = 0
"""The status of an answer that was sent already, or that nobody waits for."""
_OFFERED = (JSON, GRAPHQL, EVENTS)
_ASKS_COST = b"x-questpath-cost"
_METHODS = frozenset({"POST", "GET", "HEAD"})


class HttpEndpoint:
    """Answers POST and GET with GraphQL responses, and says what else may be asked and from where."""

    def __init__(self, gateway: Gateway, doorway: Doorway, origins: Origins, places: Places) -> None:
        self._gateway = gateway
        self._doorway = doorway
        self._origins = origins
        self._places = places
        self._keeping = Keeping(gateway.executor.documents.schema)
        self._whole = WholeReplies(production=gateway.strict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        began = time.perf_counter()
        headers = dict(scope["headers"])
        send = self._origins.granting(headers, send)
        if scope["method"] == "OPTIONS":
            await self._origins.tell(headers, send)
            return
        media = preferred(headers.get(b"accept", b"").decode("latin-1"), _OFFERED)
        find_door = partial(self._doorway.of_request, scope, headers)
        outcome = self._gateway.open("sse" if media == EVENTS else "http", headers, find_door)
        request_id = outcome.request_id
        extra: list[tuple[bytes, bytes]] = []
        try:
            with self._gateway.observer.traced(outcome):
                status, response = await self._answer(scope, headers, receive, send, media, outcome)
        except HttpError as error:
            status, extra = error.status, error.headers
            response = self._gateway.refusal(request_id, error.error)
        except RateLimitedError as refusal:
            status, extra = refusal.status, refusal.headers
            response = self._gateway.refusal(request_id, *refusal.errors) | refusal.told
        except RefusedDocumentError as refusal:
            response = self._gateway.refusal(request_id, *refusal.errors)
            status = _refused_status(response, media)
        except ClientGoneError:
            status, response = STREAMED, {}
            outcome.extra["client_gone"] = True
        except asyncio.CancelledError:
            self._gateway.observer.abandon(outcome)
            raise
        except Exception as defect:  # noqa: BLE001 - no field answers for it: masked and logged like one
            status, response = 500, self._gateway.defect(request_id, defect)
        if status == STREAMED:
            self._gateway.finish(outcome, response, began)
            return
        reply = self._reply(status, response, outcome, began, headers, extra)
        reply.media = GRAPHQL if media == GRAPHQL else JSON
        if not self._whole.send(scope, headers, reply):
            await reply.send(send, headers)

    def _reply(
        self,
        status: int,
        response: Formatted,
        outcome: Outcome,
        began: float,
        headers: Headers,
        extra: list[tuple[bytes, bytes]],
    ) -> Reply:
        """Write the response, count and log the operation."""
        if outcome.context is not None:
            extra += answered_cookie(outcome.context.opened_door, now=self._gateway.ports.now())
        body, told = self._gateway.written(outcome, response, asked=_ASKS_COST in headers)
        self._gateway.finish(outcome, response, began)
        reply = Reply(status, JSON, body, outcome.request_id, [*extra, *told], outcome.policy)
        reply.is_compressible = outcome.operation_type == "query"
        return reply

    async def _answer(
        self,
        scope: Scope,
        headers: Headers,
        receive: Receive,
        send: Send,
        media: str | None,
        outcome: Outcome,
    ) -> tuple[int, Formatted]:
        method = scope["method"]
        if method not in _METHODS:
            raise HttpError(405, "METHOD_NOT_ALLOWED", "Send a POST, or a GET for a query.", allow=METHODS)
        if media is None or (media == EVENTS and method == "HEAD"):
            raise HttpError(406, "NOT_ACCEPTABLE", f"Accept {GRAPHQL}, {JSON} or {EVENTS}.")
        if self._doorway.is_trap(headers):
            raise HttpError(403, "CSRF_BLOCKED", "This page's origin may not send the session's cookie.")
        request = (
            await posted(headers, receive)
            if method == "POST"
            else queried(scope, headers, strict=self._gateway.strict)
        )
        given = headers.get(b"authorization", b"").decode("latin-1")
        ends_at = 0.0
        if media == EVENTS or is_api_key(given):
            viewer, ends_at = await self._gateway.admit(given)
        else:
            viewer = self._gateway.viewer(given)
        prepared = await self._gateway.prepare(request, viewer, outcome)
        if prepared.kind is OperationType.SUBSCRIPTION and media != EVENTS:
            raise HttpError(
                406,
                "SUBSCRIPTION_TRANSPORT_REQUIRED",
                f"Subscribe over a websocket (graphql-transport-ws), or accept {EVENTS}.",
            )
        if method != "POST" and prepared.kind is OperationType.MUTATION:
            raise HttpError(405, "METHOD_NOT_ALLOWED", "Send a mutation as a POST.", allow="POST")
        if media == EVENTS:
            stream = EventStream(self._gateway, outcome, receive, send)
            asking = Subscribing(viewer, ends_at, last_mark(headers))
            with self._places.taken(outcome.find_door().address, viewer.user_id if viewer else None):
                response = await stream.serve(prepared, request, asking)
            return (STREAMED if stream.is_answered else _refused_status(response, media)), response
        running = self._gateway.run(prepared, request.variables, viewer, outcome)
        # A mutation goes on without its client: cancelled between commit and signal, it would tell nobody.
        is_read = prepared.kind is OperationType.QUERY
        response = await (while_connected(scope, running) if is_read else running)
        if method != "POST" and "errors" not in response and _ASKS_COST not in headers:
            outcome.policy = self._policy(prepared, request.variables, headers, outcome)
        status = 200 if "data" in response else _refused_status(response, media)
        return status, response

    def _policy(
        self, prepared: Prepared, variables: dict[str, Any], headers: Headers, outcome: Outcome
    ) -> Policy | None:
        """Return how long an answer may be kept; whoever says who they are asks again each time."""
        if outcome.receipt is not None and outcome.receipt.is_degraded:
            return None  # it is told together with what the caller may still spend
        policy = self._keeping.policy(prepared, variables)
        if policy is None or not (b"authorization" in headers or b"cookie" in headers):
            return policy
        return Policy(max_age=0, is_shared=False)


def _refused_status(response: Formatted, media: str | None) -> int:
    """Choose the status of a request that was not run (GraphQL over HTTP, sections 6.4.1 and 6.4.2).

    Malformed requests are 400 and a bad token 401 in both media types; a well-formed one that fails parsing,
    validation or limits is 200 as plain JSON and 400 as a GraphQL response.
    """
    codes = {error["extensions"]["code"] for error in response["errors"]}
    if "UNAUTHENTICATED" in codes and "coordinate" not in response["errors"][0]["extensions"]:
        return 401
    if any("locations" not in error for error in response["errors"]) and "BAD_USER_INPUT" in codes:
        return 400
    return 200 if media == JSON else 400


def wants_page(scope: Scope) -> bool:
    """Tell whether a GET comes from a browser's address bar."""
    accept = dict(scope["headers"]).get(b"accept", b"").decode("latin-1")
    return (
        scope["method"] == "GET"
        and not scope["query_string"]
        and (preferred(accept, (JSON, GRAPHQL, HTML)) == HTML if accept else False)
    )
