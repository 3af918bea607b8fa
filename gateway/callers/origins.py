"""Origins: which pages of other origins may read our answers (the CORS protocol of the Fetch standard)."""

import re
from collections.abc import Iterable

from starlette.types import Message, Send

from gateway.callers.doors import Headers

METHODS = "GET, HEAD, OPTIONS, POST"
"""What `/graphql` answers to, for `Allow`."""
_SENT = (
    "authorization, content-encoding, content-type, last-event-id, graphql-require-preflight, "
    "apollo-require-preflight, x-apollo-operation-name, apollographql-client-name, "
    "apollographql-client-version, graphql-client-name, "
    "graphql-client-version, x-questpath-cost, x-request-id, traceparent, tracestate"
)
_READ = "etag, ratelimit, ratelimit-policy, retry-after, x-request-id"
_REMEMBERED_S = 7_200
"""Seconds that a browser remembers the answer to a preflight; Chromium takes no longer ones."""
_PREFLIGHT = [
    (b"access-control-allow-methods", b"GET, HEAD, POST"),
    (b"access-control-allow-headers", _SENT.encode()),
    (b"access-control-max-age", str(_REMEMBERED_S).encode()),
]

Lines = list[tuple[bytes, bytes]]
"""Headers of a response."""


_ORIGIN = re.compile(r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?P<port>:[1-9][0-9]{0,4})?")


def origin(text: str) -> str:
    """Return an origin as browsers write it; raises ValueError for anything else, which none would ever match."""
    found = _ORIGIN.fullmatch(text)
    usual = ":443" if text.startswith("https:") else ":80"
    if found is None or found["port"] == usual:
        raise ValueError(
            f"{text!r} is no origin: scheme and host in lower case, and a port that is not the usual"
        )
    return text


class Origins:
    """Knows the origins exactly; there is no pattern, and `null` is none."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._granted: dict[bytes | None, Lines] = {
            origin.encode(): [
                (b"access-control-allow-origin", origin.encode()),
                (b"access-control-allow-credentials", b"true"),
            ]
            for origin in origins
        }

    def granting(self, headers: Headers, send: Send) -> Send:
        """Return a `send` that lets the page read the answer; the same one for a page that may not, or no page."""
        origin = headers.get(b"origin")
        granted = None if origin is None else self._granted.get(origin)
        if granted is None:
            return send
        lines = [*granted, (b"access-control-expose-headers", _READ.encode())]

        async def grant(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *lines]
            await send(message)

        return grant

    async def tell(self, headers: Headers, send: Send) -> None:
        """Answer OPTIONS: what methods there are and, to a preflight, what the page may send."""
        lines = [
            (b"allow", METHODS.encode()),
            (b"vary", b"origin, access-control-request-method, access-control-request-headers"),
        ]
        if headers.get(b"origin") in self._granted and b"access-control-request-method" in headers:
            lines += _PREFLIGHT
        await send({"type": "http.response.start", "status": 204, "headers": lines})
        await send({"type": "http.response.body", "body": b""})
