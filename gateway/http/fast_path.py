"""Fast path: writes head and body of a usual response to the connection at once.

ASGI's two messages cost a fifth of a small request: wrappers around `send`, and uvicorn's check of every header. Here
all headers but the request id and the length are constant bytes. The connection offers the way in the scope
(`extensions`). If it does not, or anything about the response is unusual, the messages are sent.
"""

from starlette.types import Scope

from gateway.callers.origins import Headers
from gateway.connections.whole_responses import EXTENSION, Write, encoded
from gateway.http.compression import SMALLEST
from gateway.http.negotiation import GRAPHQL, JSON
from gateway.http.responses import HttpResponse, uncached_headers
from gateway.http.security_headers import security_headers


class FastPath:
    """Writes usual responses whole."""

    def __init__(self, *, production: bool) -> None:
        security = security_headers(production=production)
        self._headers = {media: encoded([*uncached_headers(media), *security]) for media in (JSON, GRAPHQL)}

    def try_send(self, scope: Scope, headers: Headers, response: HttpResponse) -> bool:
        """Send the response and return True, or return False if it has to be sent as messages."""
        write: Write | None = (scope.get("extensions") or {}).get(EXTENSION)
        if write is None or response.headers or response.policy is not None or b"origin" in headers:
            return False
        if response.is_compressible and len(response.body) > SMALLEST and b"accept-encoding" in headers:
            return False
        lines = b"%sx-request-id: %s\r\n" % (self._headers[response.media], response.request_id.encode())
        return write(response.status, lines, response.body)
