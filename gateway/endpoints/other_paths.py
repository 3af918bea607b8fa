"""Paths beside `/graphql`: one application for all of them, whose refusals are JSON in the shape of GraphQL errors."""

from collections.abc import Callable, Sequence
from functools import partial
from http import HTTPStatus

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import Message, Receive, Scope, Send

from gateway.callers.origins import Headers
from gateway.error_reports.reports import ErrorReports
from gateway.http.errors import HttpError
from gateway.http.security_headers import CROSS_ORIGIN
from graph.execution.error_masking import MASKED

_REQUEST_ID = "questpath.request_id"
_JSON = "application/json; charset=utf-8"
_NOT_FOUND = "There is nothing at this path; GraphQL is at /graphql."


class OtherPaths:
    """Handles requests by routes; every response has an `X-Request-ID`, and is `no-store` unless it says otherwise."""

    def __init__(
        self,
        routes: Sequence[BaseRoute],
        *,
        request_id_of: Callable[[Headers], str],
        reports: ErrorReports | None = None,
    ) -> None:
        self._request_id_of = request_id_of
        fail = partial(_fail, reports)
        handlers = {HttpError: _refuse, HTTPException: _refuse_by_status, Exception: fail}
        self._app = Starlette(routes=routes, exception_handlers=handlers)  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, or refuse the handshake of a websocket."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        request_id = scope[_REQUEST_ID] = self._request_id_of(dict(scope["headers"]))
        if scope["type"] == "websocket":
            await _refuse_handshake(request_id, receive, send)
            return

        async def send_identified(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], (b"x-request-id", request_id.encode())]
                if not any(name == b"cache-control" for name, _ in headers):
                    headers.append((b"cache-control", b"no-store"))
                message["headers"] = headers
            await send(message)

        await self._app(scope, receive, send_identified)


async def _refuse(request: Request, error: HttpError) -> Response:
    headers = {name.decode(): value.decode() for name, value in error.headers}
    code: str = (error.error.extensions or {})["code"]
    body = _body(code, error.error.message, request.scope[_REQUEST_ID])
    return Response(body, error.status, headers, media_type=_JSON)


async def _refuse_by_status(request: Request, error: HTTPException) -> Response:
    """Refuse a request for which there is no route (404, or 405 with `Allow`), or which needs a token."""
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    status = HTTPStatus(error.status_code)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        code, message = "METHOD_NOT_ALLOWED", f"Send one of {headers['allow']}."
    elif status == HTTPStatus.UNAUTHORIZED:
        code, message = "UNAUTHENTICATED", error.detail
    else:
        status, code, message = HTTPStatus.NOT_FOUND, "NOT_FOUND", _NOT_FOUND
    return await _refuse(request, HttpError(status, code, message, **headers))


async def _fail(reports: ErrorReports | None, request: Request, defect: Exception) -> Response:
    """Answer for a defect, which the server logs."""
    if reports is not None:
        reports.defect(defect, request.scope[_REQUEST_ID])
    return await _refuse(request, HttpError(500, "INTERNAL_SERVER_ERROR", MASKED))


async def _refuse_handshake(request_id: str, receive: Receive, send: Send) -> None:
    await receive()
    headers = [
        (b"content-type", _JSON.encode()),
        (b"cache-control", b"no-store"),
        (b"x-request-id", request_id.encode()),
        CROSS_ORIGIN,
    ]
    await send({"type": "websocket.http.response.start", "status": 404, "headers": headers})
    body = _body("NOT_FOUND", _NOT_FOUND, request_id)
    await send({"type": "websocket.http.response.body", "body": body})


def _body(code: str, message: str, request_id: str) -> bytes:
    extensions = {"code": code, "requestId": request_id}
    return orjson.dumps({"errors": [{"message": message, "extensions": extensions}]})
