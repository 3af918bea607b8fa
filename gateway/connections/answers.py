"""Answers in one piece: head and body of a usual answer, written in the place of ASGI's two messages."""

from collections.abc import Callable, Iterable

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle
from uvicorn.server import ServerState

from gateway.connections.corking import JOINED_UP_TO

EXTENSION = "questpath.whole"
Write = Callable[[int, bytes, bytes], bool]


def written(lines: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Write header lines as they leave."""
    return b"".join(b"%s: %s\r\n" % line for line in lines)


class Stamped(ServerState):
    """What uvicorn knows of its connections; `stamp` are the lines of every answer, written once in a second."""

    stamp = b""

    @property
    def default_headers(self) -> list[tuple[bytes, bytes]]:
        """The lines of every answer, the date among them, which uvicorn sets anew each second."""
        return self._lines

    @default_headers.setter
    def default_headers(self, lines: list[tuple[bytes, bytes]]) -> None:
        self._lines = lines
        self.stamp = written(lines)


def write_whole(state: Stamped, cycle: RequestResponseCycle, status: int, block: bytes, body: bytes) -> bool:
    """Write an answer in place of the two messages; False where the cycle is not in its usual state."""
    unusual = cycle.response_started or cycle.disconnected or cycle.waiting_for_100_continue
    if unusual or not cycle.keep_alive or cycle.flow.write_paused or cycle.scope["method"] == "HEAD":
        return False
    head = b"%s%s%scontent-length: %d\r\n\r\n" % (
        STATUS_LINE[status],
        state.stamp,
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
