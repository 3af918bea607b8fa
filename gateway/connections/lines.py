"""The connection behind a response that is streamed, for pieces that many are sent alike."""

from starlette.types import Receive
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


class Line:
    """uvicorn's side of one response, written to without a task; the response has to be a chunked one."""

    __slots__ = ("_cycle",)

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle

    @property
    def is_ready(self) -> bool:
        """Whether the peer has taken nearly all that it was sent."""
        return not self._cycle.flow.write_paused

    def write(self, piece: bytes) -> None:
        """Send a chunk (see `chunk`) without waiting; on a response that is over it is dropped."""
        if not (self._cycle.disconnected or self._cycle.response_complete):
            self._cycle.transport.write(piece)

    def cut(self) -> None:
        """Drop the connection with whatever the peer has not taken."""
        self._cycle.transport.abort()


def line_of(receive: Receive) -> Line | None:
    """Return the line behind a request's `receive`; None under another server."""
    cycle = getattr(receive, "__self__", None)
    return Line(cycle) if isinstance(cycle, RequestResponseCycle) else None


def chunk(piece: bytes) -> bytes:
    """Write a piece of a chunked body (RFC 9112, section 7.1); it must not be empty, which would end the body."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)
