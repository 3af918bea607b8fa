"""Chunked responses: writes pre-encoded chunks of a streamed response to its connection."""

from starlette.types import Receive
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


class ChunkedResponse:
    """uvicorn's side of one chunked response, written to without a task."""

    __slots__ = ("_cycle",)

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle

    @property
    def is_ready(self) -> bool:
        """Whether the client has read nearly all that was sent."""
        return not self._cycle.flow.write_paused

    async def drained(self) -> None:
        """Wait until the peer has read, or the connection is lost."""
        await self._cycle.flow.drain()

    def write(self, piece: bytes) -> None:
        """Send a chunk (see `chunk`) without waiting; drop it if the response is over."""
        if not (self._cycle.disconnected or self._cycle.response_complete):
            self._cycle.transport.write(piece)

    def cut(self) -> None:
        """Abort the connection and drop what the client has not read."""
        self._cycle.transport.abort()


def chunked_response_of(receive: Receive) -> ChunkedResponse | None:
    """Return the response behind a request's `receive`, or None under another server."""
    cycle = getattr(receive, "__self__", None)
    return ChunkedResponse(cycle) if isinstance(cycle, RequestResponseCycle) else None


def chunk(piece: bytes) -> bytes:
    """Encode a piece of a chunked body (RFC 9112, section 7.1); an empty one would end the body."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)
