"""Whole answers: a head that is nearly always the same, and its body, handed to the connection in one piece.

ASGI's two messages cost a fifth of a small request: wrappers around `send`, and uvicorn's look at every header for what
could end it early. Here all but the id and the length is our own constant text. The connection offers the way in the
scope (`extensions`); where it does not, or anything about an answer is unusual, the messages are sent as ever.
"""

from starlette.types import Scope

from gateway.callers.doors import Headers
from gateway.connections.answers import EXTENSION, Write, written
from gateway.http.compressing import SMALLEST
from gateway.http.negotiation import GRAPHQL, JSON
from gateway.http.replies import Reply, usual_lines
from gateway.http.shielding import lines_of


class WholeReplies:
    """Sends usual replies whole."""

    def __init__(self, *, production: bool) -> None:
        shield = lines_of(production=production)
        self._blocks = {kind: written([*usual_lines(kind), *shield]) for kind in (JSON, GRAPHQL)}

    def send(self, scope: Scope, headers: Headers, reply: Reply) -> bool:
        """Send the reply, or return False where it has to be sent as messages."""
        write: Write | None = (scope.get("extensions") or {}).get(EXTENSION)
        if write is None or reply.lines or reply.policy is not None or b"origin" in headers:
            return False
        if reply.is_compressible and len(reply.body) > SMALLEST and b"accept-encoding" in headers:
            return False
        block = b"%sx-request-id: %s\r\n" % (self._blocks[reply.media], reply.request_id.encode())
        return write(reply.status, block, reply.body)
