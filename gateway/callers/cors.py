"""CORS: which pages of other origins may read responses (the CORS protocol of the Fetch standard)."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.callers.origins import Headers, Origins

METHODS = "GET, HEAD, OPTIONS, POST"
"""The methods of `/graphql`, for `Allow`."""
_REQUEST_HEADERS = (
    "authorization, content-encoding, content-type, last-event-id, graphql-require-preflight, "
    "apollo-require-preflight, x-apollo-operation-name, apollographql-client-name, "
    "apollographql-client-version, graphql-client-name, "
    "graphql-client-version, x-questpath-cost, x-request-id, traceparent, tracestate"
)
_RESPONSE_HEADERS = "etag, ratelimit, ratelimit-policy, retry-after, x-request-id"
_MAX_AGE_S = 7_200
"""How long a browser may cache a preflight; Chromium caps it there."""
HeaderList = list[tuple[bytes, bytes]]
"""Headers of a response."""


def _preflight(methods: bytes) -> HeaderList:
    return [
        (b"access-control-allow-methods", methods),
        (b"access-control-allow-headers", _REQUEST_HEADERS.encode()),
        (b"access-control-max-age", str(_MAX_AGE_S).encode()),
    ]


_PREFLIGHT = _preflight(b"GET, HEAD, POST")


class Cors:
    """Grants allowed origins the responses, with credentials."""

    def __init__(self, origins: Origins) -> None:
        self._origins = origins

    def wrap(self, headers: Headers, send: Send) -> Send:
        """Return a `send` that adds the CORS headers if the request's origin is allowed, else `send` itself."""
        origin = headers.get(b"origin")
        if origin is None:
            return send
        if not self._origins.allows(origin):
            if not self._origins.is_own(headers):
                self._origins.log_refusal(headers, what="reading responses")
            return send
        added = [
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", _RESPONSE_HEADERS.encode()),
        ]

        async def grant(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *added]
            await send(message)

        return grant

    async def preflight(self, headers: Headers, send: Send, *, methods: str = METHODS) -> None:
        """Respond to OPTIONS with the allowed methods and, to a preflight, with what the page may send."""
        response_headers = [
            (b"allow", methods.encode()),
            (b"vary", b"origin, access-control-request-method, access-control-request-headers"),
        ]
        is_allowed = self._origins.allows(headers.get(b"origin", b""))
        if is_allowed and b"access-control-request-method" in headers:
            response_headers += _PREFLIGHT if methods == METHODS else _preflight(methods.encode())
        await send({"type": "http.response.start", "status": 204, "headers": response_headers})
        await send({"type": "http.response.body", "body": b""})


class CorsPaths:
    """ASGI application that grants allowed origins the responses of another, and answers OPTIONS for it."""

    def __init__(self, app: ASGIApp, cors: Cors, *, methods: str) -> None:
        self._app = app
        self._cors = cors
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        headers = dict(scope["headers"])
        send = self._cors.wrap(headers, send)
        if scope["method"] == "OPTIONS":
            await self._cors.preflight(headers, send, methods=self._methods)
        else:
            await self._app(scope, receive, send)
