"""Refusals: the error responses that a connection sends by itself, before it closes."""

from enum import Enum
from http import HTTPStatus

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

_HEAD = (
    "HTTP/1.1 {status} {phrase}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: {length}\r\n"
    "cache-control: no-store\r\nx-content-type-options: nosniff\r\n"
    "cross-origin-resource-policy: same-origin\r\n{more}connection: close\r\n\r\n"
)
RETRY_AFTER_S = 1


class RequestRefusal(Enum):
    """Status, code and message of each refusal."""

    MALFORMED = (
        400,
        "BAD_REQUEST",
        "The request is not valid HTTP/1.1, or servers could read it differently.",
    )
    NO_HOST = (400, "BAD_REQUEST", "Send exactly one Host header, with the name of the host.")
    OTHER_TARGET = (400, "BAD_REQUEST", "The request target and the Host header name different hosts.")
    CODING = (400, "BAD_REQUEST", "Send the body with Content-Length, or chunked and in no other coding.")
    UPGRADE = (400, "BAD_REQUEST", "Only a GET without a body can be upgraded, and only to a websocket.")
    NO_TUNNEL = (501, "METHOD_NOT_ALLOWED", "CONNECT is not supported; this server is not a proxy.")
    HEAD_TIMEOUT = (408, "REQUEST_TIMEOUT", "The headers of the request did not arrive in time.")
    BODY_TIMEOUT = (408, "REQUEST_TIMEOUT", "The body of the request did not arrive in time.")
    BODY = (413, "PAYLOAD_TOO_LARGE", "The body is too large, or split into too many chunks.")
    TARGET = (414, "URI_TOO_LONG", "The path may have 8 KiB, the query string of a GET 16 KiB.")
    EXPECTATION = (417, "EXPECTATION_FAILED", "The only supported expectation is `Expect: 100-continue`.")
    MISDIRECTED = (421, "MISDIRECTED_REQUEST", "This host is not served here; check the address.")
    PIPELINE = (429, "TOO_MANY_REQUESTS", "Too many requests are pipelined; wait for the first responses.")
    SOCKETS = (
        429,
        "TOO_MANY_CONNECTIONS",
        "Too many websockets or event streams are open from this address; close one first.",
    )
    HEADERS = (431, "HEADERS_TOO_LARGE", "A request may have 100 headers, of 16 KiB in all.")
    TOO_MANY_CONNECTIONS = (
        503,
        "TOO_MANY_CONNECTIONS",
        "Too many connections are open; close some, or try again in a moment.",
    )
    OVERLOADED = (503, "OVERLOADED", "Too many requests arrive; try again in a moment.")
    SHUTTING_DOWN = (503, "SHUTTING_DOWN", "The server is shutting down; connect again.")
    VERSION = (505, "HTTP_VERSION_NOT_SUPPORTED", "Use HTTP/1.1 or HTTP/1.0.")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[0]

    @property
    def code(self) -> str:
        """The stable code of the error."""
        return self.value[1]

    @property
    def message(self) -> str:
        """The message for a human."""
        return self.value[2]

    @property
    def body(self) -> bytes:
        """The JSON body."""
        return orjson.dumps({"errors": [{"message": self.message, "extensions": {"code": self.code}}]})

    @property
    def response(self) -> bytes:
        """The whole response, as it is written to the connection before it closes."""
        body, status = self.body, self.status
        more = f"retry-after: {RETRY_AFTER_S}\r\n" if status == HTTPStatus.SERVICE_UNAVAILABLE else ""
        phrase = HTTPStatus(status).phrase
        return _HEAD.format(status=status, phrase=phrase, length=len(body), more=more).encode() + body


class RefusedError(Exception):
    """A request is refused; the parser stops at it."""

    def __init__(self, refusal: RequestRefusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class ShuttingDown:
    """ASGI application that refuses every request as SHUTTING_DOWN, except those for health, which `app` answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["path"] == "/health" or scope["path"].startswith("/health/"):
            await self._app(scope, receive, send)
            return
        body = RequestRefusal.SHUTTING_DOWN.body
        headers = [
            (b"content-type", b"application/json; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"retry-after", b"%d" % RETRY_AFTER_S),
            (b"connection", b"close"),
        ]
        status = RequestRefusal.SHUTTING_DOWN.status
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
