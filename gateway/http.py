"""GraphQL over HTTP: a plain ASGI application that reads one request and writes one response."""

import re
import time
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import orjson
from graphql import GraphQLError, OperationType
from starlette.types import Receive, Scope, Send

from gateway.api_keys import is_api_key
from gateway.doors import Doorway, answered_cookie
from gateway.negotiation import GRAPHQL, HTML, JSON, is_json, preferred
from gateway.operations import Gateway, Outcome
from gateway.requests import GraphQLRequest, malformed, parse_json, read_request
from graph.documents import RefusedDocumentError
from graph.masking import Formatted

LARGEST_BODY = 256 * 1024
_REQUEST_ID = re.compile(rb"[A-Za-z0-9_.:-]{8,64}")
_PREFLIGHT = (b"graphql-require-preflight", b"apollo-require-preflight", b"x-apollo-operation-name")
_SAFETY = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"vary", b"accept"),
]


class HttpError(Exception):
    """The request ends here, with a status and one coded error."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = GraphQLError(message, extensions={"code": code})
        self.headers = [(k.encode(), v.encode()) for k, v in headers.items()]


class HttpEndpoint:
    """Answers POST and GET with GraphQL responses; a browser's GET gets the playground where it is on."""

    def __init__(self, gateway: Gateway, doorway: Doorway) -> None:
        self._gateway = gateway
        self._doorway = doorway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        began = time.perf_counter()
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        request_id = given.decode() if _REQUEST_ID.fullmatch(given) else self._gateway.new_request_id()
        media = preferred(headers.get(b"accept", b"").decode("latin-1"))
        outcome = Outcome(request_id, find_door=partial(self._doorway.of_request, scope, headers))
        extra: list[tuple[bytes, bytes]] = []
        try:
            status, response = await self._answer(scope, headers, receive, media, outcome)
        except HttpError as error:
            status, extra = error.status, error.headers
            response = self._gateway.refusal(request_id, error.error)
        except RefusedDocumentError as refusal:
            response = self._gateway.refusal(request_id, *refusal.errors)
            status = _refused_status(response, media)
        if outcome.context is not None:
            extra += answered_cookie(outcome.context.opened_door, now=self._gateway.ports.now())
        self._gateway.finish(outcome, response, began)
        await _write(send, status, media or JSON, response, request_id, extra)

    async def _answer(
        self,
        scope: Scope,
        headers: dict[bytes, bytes],
        receive: Receive,
        media: str | None,
        outcome: Outcome,
    ) -> tuple[int, Formatted]:
        method = scope["method"]
        if method not in {"POST", "GET"}:
            raise HttpError(
                405, "METHOD_NOT_ALLOWED", "Send a POST, or a GET for a query.", allow="GET, POST"
            )
        if media is None:
            raise HttpError(406, "NOT_ACCEPTABLE", f"Accept {GRAPHQL} or {JSON}.")
        if self._doorway.is_trap(headers):
            raise HttpError(403, "CSRF_BLOCKED", "This page's origin may not send the session's cookie.")
        request = (
            await _post(headers, receive) if method == "POST" else _get(scope, headers, self._gateway.strict)
        )
        given = headers.get(b"authorization", b"").decode("latin-1")
        if is_api_key(given):
            viewer, _ = await self._gateway.admit(given)
        else:
            viewer = self._gateway.viewer(given)
        prepared = self._gateway.prepare(request, outcome)
        if prepared.kind is OperationType.SUBSCRIPTION:
            raise HttpError(
                406, "SUBSCRIPTION_TRANSPORT_REQUIRED", "Subscribe over a websocket (graphql-transport-ws)."
            )
        if method == "GET" and prepared.kind is OperationType.MUTATION:
            raise HttpError(405, "METHOD_NOT_ALLOWED", "Send a mutation as a POST.", allow="POST")
        response = await self._gateway.run(prepared, request.variables, viewer, outcome)
        status = 200 if "data" in response else _refused_status(response, media)
        return status, response


async def _post(headers: dict[bytes, bytes], receive: Receive) -> GraphQLRequest:
    content_type = headers.get(b"content-type", b"").decode("latin-1")
    if not is_json(content_type):
        raise HttpError(415, "UNSUPPORTED_MEDIA_TYPE", f"Send the body as {JSON} in UTF-8.")
    if headers.get(b"content-encoding", b"identity") != b"identity":
        raise HttpError(415, "UNSUPPORTED_MEDIA_TYPE", "Send the body without a content encoding.")
    return read_request(parse_json(await _body(headers, receive)))


async def _body(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > LARGEST_BODY:
        raise _too_large()
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise malformed("The client went away.")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > LARGEST_BODY:
            raise _too_large()
        chunks.append(chunk)
        if not message.get("more_body"):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _too_large() -> HttpError:
    return HttpError(413, "PAYLOAD_TOO_LARGE", f"The body may hold at most {LARGEST_BODY} bytes.")


def _get(scope: Scope, headers: dict[bytes, bytes], strict: bool) -> GraphQLRequest:
    if strict and not any(name in headers for name in _PREFLIGHT):
        raise HttpError(403, "CSRF_BLOCKED", "Send the header graphql-require-preflight with a GET.")
    try:
        sent = parse_qs(scope["query_string"].decode("ascii"), strict_parsing=False, max_num_fields=20)
        parts: dict[str, Any] = {name: values[-1] for name, values in sent.items()}
    except ValueError:
        raise malformed("The query string is malformed.") from None
    for name in ("variables", "extensions"):
        if name in parts:
            parts[name] = parse_json(parts[name].encode())
    return read_request(parts)


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
    return 400 if media == GRAPHQL else 200


async def _write(
    send: Send,
    status: int,
    media: str,
    response: Formatted,
    request_id: str,
    extra: list[tuple[bytes, bytes]],
) -> None:
    body = orjson.dumps(response)
    headers = [
        (b"content-type", f"{media}; charset=utf-8".encode()),
        (b"content-length", str(len(body)).encode()),
        (b"x-request-id", request_id.encode()),
        *_SAFETY,
        *extra,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def wants_page(scope: Scope) -> bool:
    """Tell whether a GET comes from a browser's address bar."""
    accept = dict(scope["headers"]).get(b"accept", b"").decode("latin-1")
    return (
        scope["method"] == "GET"
        and not scope["query_string"]
        and (preferred(accept, (JSON, GRAPHQL, HTML)) == HTML if accept else False)
    )
