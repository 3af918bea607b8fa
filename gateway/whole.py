"""Whole answers: a head that is nearly always the same, and its body, handed to the connection in one piece.

ASGI's two messages cost a fifth of a small request: wrappers around `send`, and uvicorn's look at every header for what
could end it early. Here all but the id and the length is our own constant text. The connection offers the way in the
scope (`extensions`); where it does not, or anything about an answer is unusual, the messages are sent as ever.
"""

from collections.abc import Callable, Iterable

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from gateway.compressing import SMALLEST
from gateway.corking import JOINED_UP_TO
from gateway.doors import Headers
from gateway.negotiation import GRAPHQL, JSON
from gateway.replies import Reply, usual_lines
from gateway.shielding import lines_of

EXTENSION = "questpath.whole"
Write = Callable[[int, bytes, bytes], bool]


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


def written(lines: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Write header lines as they leave."""
    return b"".join(b"%s: %s\r\n" % line for line in lines)


def write_whole(cycle: RequestResponseCycle, status: int, block: bytes, body: bytes) -> bool:
    """Write an answer in place of the two messages; False where the cycle is not in its usual state."""
    unusual = cycle.response_started or cycle.disconnected or cycle.waiting_for_100_continue
    if unusual or not cycle.keep_alive or cycle.flow.write_paused or cycle.scope["method"] == "HEAD":
        return False
    head = b"%s%s%scontent-length: %d\r\n\r\n" % (
        STATUS_LINE[status],
        written(cycle.default_headers),
        block,
        len(body),
    )
    if len(body) <= JOINED_UP_TO:
        cycle.transport.write(head + body)
    else:
        cycle.transport.write(head)
        cycle.transport.write(body)
    cycle.response_started = cycle.response_complete = True
    cycle.message_event.set()
    cycle.on_response()
    return True
