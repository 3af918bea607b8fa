"""A crowd that subscribes by server-sent events: chunks of HTTP/1.1 read by hand, one event in each."""

import json
import socket

from bench.crowd import Crowd, CrowdError, Seat

_PATIENCE_S = 20.0
_CHUNK = 1 << 16
_LAST_SIZE = b"0"


class EventCrowd(Crowd):
    """Subscribers of one document on one server, each over a stream of its own."""

    def seated(self, authorization: str | None) -> Seat:
        """Return a new subscriber that has been sent the first event."""
        seat = Seat(socket.create_connection(("127.0.0.1", self.port), timeout=_PATIENCE_S))
        body = json.dumps({"query": self.document}).encode()
        head = (
            f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\naccept: text/event-stream\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
        )
        head += f"authorization: {authorization}\r\n" if authorization else ""
        seat.sock.sendall((head + "\r\n").encode() + body)
        _take_head(seat)
        while not self.taken(seat):
            _receive(seat)
        return seat

    def taken(self, seat: Seat) -> list[bytes]:
        """Take the events that have come whole, without comments; raises CrowdError for the end."""
        events = []
        while b"\r\n" in seat.received:
            size, _, rest = bytes(seat.received).partition(b"\r\n")
            length = int(size, 16)
            if size == _LAST_SIZE:
                raise CrowdError("the server ended a stream")
            if len(rest) < length + 2:
                break
            del seat.received[: len(size) + 2 + length + 2]
            event = rest[:length]
            if b'"errors":' in event:
                raise CrowdError(event[:600].decode(errors="replace"))
            if not event.startswith(b":"):
                events.append(event)
        return events


def _take_head(seat: Seat) -> None:
    while b"\r\n\r\n" not in seat.received:
        _receive(seat)
    head, _, rest = bytes(seat.received).partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise CrowdError(bytes(seat.received[:600]).decode(errors="replace"))
    seat.received[:] = rest


def _receive(seat: Seat) -> None:
    chunk = seat.sock.recv(_CHUNK)
    if not chunk:
        raise CrowdError("the server closed a connection")
    seat.received += chunk
