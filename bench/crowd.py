"""A crowd of subscribers that costs little: one thread, raw sockets, handshake and frames by hand."""

import json
import select
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_PATIENCE_S = 20.0
_CHUNK = 1 << 18
_TEXT, _CLOSE, _PING, _PONG = 0x81, 0x88, 0x89, 0x8A
_LENGTHS = {126: ">H", 127: ">Q"}


class CrowdError(Exception):
    """A socket was refused, closed, or sent an error; the message holds what came."""


@dataclass(slots=True)
class Seat:
    """One subscriber: its socket, and the bytes of a frame that has not come whole."""

    sock: socket.socket
    received: bytearray = field(default_factory=bytearray)

    def say(self, message: dict[str, object]) -> None:
        self.sock.sendall(frame(_TEXT, json.dumps(message).encode()))


class Crowd:
    """Subscribers of one document on one server, each over a socket of its own."""

    def __init__(self, port: int, document: str, *, operation_id: Callable[[int], str]) -> None:
        self.port = port
        self.document = document
        self._operation_id = operation_id
        self._seats: dict[int, Seat] = {}
        self._poll = select.epoll()

    def __len__(self) -> int:
        return len(self._seats)

    def join(self, authorization: str | None) -> None:
        """Open a socket, subscribe, and wait for the first message; without `authorization` as nobody."""
        seat = self.seated(authorization)
        seat.sock.setblocking(False)
        self._seats[seat.sock.fileno()] = seat
        self._poll.register(seat.sock.fileno(), select.EPOLLIN)

    def seated(self, authorization: str | None) -> Seat:
        """Return a new subscriber that has been sent the first message."""
        seat = Seat(_opened(self.port, authorization))
        payload = {"authorization": authorization} if authorization else {}
        seat.say({"type": "connection_init", "payload": payload})
        _expect(seat, b'"connection_ack"')
        id_ = self._operation_id(len(self._seats))
        seat.say({"id": id_, "type": "subscribe", "payload": {"query": self.document}})
        _expect(seat, b'"next"')
        return seat

    def taken(self, seat: Seat) -> list[bytes]:
        """Take the messages that have come whole; raises CrowdError for the end."""
        return _messages(seat)

    def hear(self, *, within: float, enough: int | None = None) -> list[tuple[float, bytes]]:
        """Return what comes within some seconds, or `enough` messages, each with its moment in Unix seconds."""
        heard: list[tuple[float, bytes]] = []
        ends = time.monotonic() + within
        while (left := ends - time.monotonic()) > 0 and (enough is None or len(heard) < enough):
            for number, _ in self._poll.poll(left):
                seat = self._seats[number]
                chunk = seat.sock.recv(_CHUNK)
                if not chunk:
                    raise CrowdError("the server closed a socket")
                seat.received += chunk
                moment = time.time()
                heard += [(moment, message) for message in self.taken(seat)]
        return heard

    def leave(self) -> None:
        """Close every socket."""
        self._poll.close()
        for seat in self._seats.values():
            seat.sock.close()
        self._seats.clear()


def frame(kind: int, payload: bytes) -> bytes:
    """Write a client's frame; its mask is zero, which leaves the payload as it is."""
    length = len(payload)
    sizes = struct.pack(">B", 0x80 | length) if length < 126 else struct.pack(">BH", 0x80 | 126, length)
    return bytes([kind]) + sizes + b"\0\0\0\0" + payload


def _opened(port: int, authorization: str | None) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    head = (
        f"GET /graphql HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n"
        "sec-websocket-protocol: graphql-transport-ws\r\n"
    )
    head += f"authorization: {authorization}\r\n" if authorization else ""
    sock.sendall((head + "\r\n").encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += sock.recv(1)  # nothing of the frames behind it is taken
        if len(answer) > 1 << 14 or not answer:
            break
    if not answer.startswith(b"HTTP/1.1 101"):
        raise CrowdError(answer.decode(errors="replace"))
    return sock


def _expect(seat: Seat, part: bytes) -> None:
    """Read until a message holds `part`."""
    while True:
        for message in _messages(seat):
            if part in message:
                return
        chunk = seat.sock.recv(_CHUNK)
        if not chunk:
            raise CrowdError("the server closed a socket")
        seat.received += chunk


def _messages(seat: Seat) -> list[bytes]:
    """Take the data messages that have come whole; answer pings, and raise for an error or the end."""
    messages = []
    received = seat.received
    while len(received) >= 2:
        kind, length, start = received[0], received[1], 2
        if length in _LENGTHS:
            start += struct.calcsize(_LENGTHS[length])
            if len(received) < start:
                break
            (length,) = struct.unpack_from(_LENGTHS[length], received, 2)
        if len(received) < start + length:
            break
        payload = bytes(received[start : start + length])
        del received[: start + length]
        if kind == _PING:
            seat.sock.sendall(frame(_PONG, payload))
        elif payload == b'{"type":"ping"}':
            seat.say({"type": "pong"})
        elif kind == _CLOSE or b'"errors":' in payload or b'"type":"error"' in payload:
            raise CrowdError(payload[:600].decode(errors="replace"))
        elif kind == _TEXT:
            messages.append(payload)
    return messages
