"""Refusals: what a connection is told before it is closed, where no request came about that could be answered."""

from enum import Enum
from http import HTTPStatus

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

_HEAD = (
    "HTTP/1.1 {status} {phrase}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: {length}\r\n"
    "cache-control: no-store\r\nx-content-type-options: nosniff\r\n{more}connection: close\r\n\r\n"
)
RETRY_AFTER_S = 1


class Refusal(Enum):
    """Status, code and sentence of each refusal."""

    MALFORMED = (400, "BAD_REQUEST", "The bytes are no HTTP/1.1 request, or an ambiguous one.")
    NO_HOST = (400, "BAD_REQUEST", "Send exactly one Host header with the name of the host.")
    OTHER_TARGET = (400, "BAD_REQUEST", "The target names another host than the Host header does.")
    CODING = (400, "BAD_REQUEST", "Send the body with Content-Length, or chunked and in no other coding.")
    UPGRADE = (400, "BAD_REQUEST", "Only a GET without a body can be upgraded, and only to a websocket.")
    NO_TUNNEL = (501, "METHOD_NOT_ALLOWED", "This is no proxy.")
    HEAD_TIMEOUT = (408, "REQUEST_TIMEOUT", "The head of the request did not arrive in time.")
    BODY_TIMEOUT = (408, "REQUEST_TIMEOUT", "The body of the request did not arrive in time.")
    BODY = (
        413,
        "PAYLOAD_TOO_LARGE",
        "The body is larger than any that is taken, or split into too many chunks.",
    )
    TARGET = (414, "URI_TOO_LONG", "The path may have 8 KiB, the query of a GET 16 KiB.")
    EXPECTATION = (417, "EXPECTATION_FAILED", "Only `Expect: 100-continue` can be met.")
    MISDIRECTED = (421, "MISDIRECTED_REQUEST", "No such host is served here; look at the address.")
    PIPELINE = (429, "TOO_MANY_REQUESTS", "Send the next requests once the first are answered.")
    SOCKETS = (429, "TOO_MANY_CONNECTIONS", "Too many sockets are open from this address; close one first.")
    HEADERS = (431, "HEADERS_TOO_LARGE", "A request may have 100 headers of 16 KiB in all.")
    CROWDED = (
        503,
        "TOO_MANY_CONNECTIONS",
        "Too many connections are open; close some, or try again in a moment.",
    )
    SHUTTING_DOWN = (503, "SHUTTING_DOWN", "This server is about to end; connect again.")
    VERSION = (505, "HTTP_VERSION_NOT_SUPPORTED", "Speak HTTP/1.1 or HTTP/1.0.")

    @property
    def status(self) -> int:
        """The status of the answer."""
        return self.value[0]

    @property
    def code(self) -> str:
        """The stable code of the error."""
        return self.value[1]

    @property
    def message(self) -> str:
        """The sentence for a person."""
        return self.value[2]

    @property
    def body(self) -> bytes:
        """The answer's JSON."""
        return orjson.dumps({"errors": [{"message": self.message, "extensions": {"code": self.code}}]})

    @property
    def response(self) -> bytes:
        """The whole answer, as it is written to the connection before that is closed."""
        body, status = self.body, self.status
        more = f"retry-after: {RETRY_AFTER_S}\r\n" if status == HTTPStatus.SERVICE_UNAVAILABLE else ""
        phrase = HTTPStatus(status).phrase
        return _HEAD.format(status=status, phrase=phrase, length=len(body), more=more).encode() + body


class RefusedError(Exception):
    """A request cannot be taken; the parser stops at it."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class TurningAway:
    """Refuses every request as SHUTTING_DOWN but those for the process's health, which `app` answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"].startswith("/health/"):
            await self._app(scope, receive, send)
            return
        body = Refusal.SHUTTING_DOWN.body
        headers = [
            (b"content-type", b"application/json; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
            (b"retry-after", b"%d" % RETRY_AFTER_S),
            (b"connection", b"close"),
        ]
        status = Refusal.SHUTTING_DOWN.status
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
