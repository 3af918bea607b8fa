"""Whole responses: writes head and body of a usual response at once, in place of ASGI's two messages."""

from collections.abc import Callable, Iterable

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle
from uvicorn.server import ServerState

from gateway.connections.corking import JOINED_UP_TO

EXTENSION = "questpath.whole"
Write = Callable[[int, bytes, bytes], bool]


def encoded(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Encode header lines."""
    return b"".join(b"%s: %s\r\n" % header for header in headers)


class HeaderCache(ServerState):
    """uvicorn's server state; `encoded_headers` are the headers of every response, encoded once a second."""

    encoded_headers = b""

    @property
    def default_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers of every response, the date among them, which uvicorn sets once a second."""
        return self._headers

    @default_headers.setter
    def default_headers(self, headers: list[tuple[bytes, bytes]]) -> None:
        self._headers = headers
        self.encoded_headers = encoded(headers)


def write_whole(
    state: HeaderCache, cycle: RequestResponseCycle, status: int, headers: bytes, body: bytes
) -> bool:
    """Write a response with these encoded headers; return False if the request is not in its usual state."""
    unusual = cycle.response_started or cycle.disconnected or cycle.waiting_for_100_continue
    if unusual or not cycle.keep_alive or cycle.flow.write_paused or cycle.scope["method"] == "HEAD":
        return False
    head = b"%s%s%scontent-length: %d\r\n\r\n" % (
        STATUS_LINE[status],
        state.encoded_headers,
        headers,
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
