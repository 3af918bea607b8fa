"""HTTP load client with little overhead: one thread, raw sockets, one request in flight per connection."""

import re
import select
import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNK = 1 << 20
_TIMEOUT_S = 15.0


class ClientError(Exception):
    """An answer has another status than 200, has errors, or did not come."""


@dataclass(slots=True)
class Load:
    """The latencies of one run."""

    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """The number of answers."""
        return len(self.latencies_ms)

    @property
    def rps(self) -> float:
        """Answers per second."""
        return self.requests / self.seconds

    def percentile(self, share: float) -> float:
        """Return the latency in milliseconds that `share` of the answers did not exceed."""
        return percentile(self.latencies_ms, share)


@dataclass(slots=True)
class Connection:
    """One connection and the answer that it is receiving."""

    sock: socket.socket
    sent_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)
    expected: int = -1
    """The length of the whole answer in bytes; -1 until its head has come."""

    def send(self, message: bytes) -> None:
        """Send a request and begin to wait for its answer."""
        self.received.clear()
        self.expected = -1
        self.sent_at = time.perf_counter()
        self.sock.sendall(message)  # requests are small: the kernel takes them whole

    def is_complete(self) -> bool:
        """Read what has come; return whether the answer is whole."""
        chunk = self.sock.recv(_CHUNK)
        if not chunk:
            raise ClientError("the server closed a connection")
        self.received += chunk
        if self.expected < 0:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return False
            length = _LENGTH.search(self.received, 0, end)
            if length is None:
                raise ClientError("an answer without content-length")
            self.expected = end + 4 + int(length[1])
        return len(self.received) >= self.expected


def percentile(values: list[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def message(port: int, body: bytes, *, token: str) -> bytes:
    """Return the bytes of a GraphQL request by POST."""
    head = (
        f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n"
        f"accept: application/json\r\nauthorization: Bearer {token}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def load(port: int, messages: Iterable[bytes], *, connections: int, seconds: float | None = None) -> Load:
    """Send the messages until they or the seconds run out; raises ClientError for a status but 200 and for errors."""
    pending = iter(messages)
    opened = {c.sock.fileno(): c for c in (connect(port) for _ in range(connections))}
    poll = select.epoll()
    for number in opened:
        poll.register(number, select.EPOLLIN)
    try:
        return _run(poll, opened, pending, seconds)
    finally:
        poll.close()
        for connection in opened.values():
            connection.sock.close()


def ask(port: int, request: bytes) -> bytes:
    """Send one request and return the body of its answer."""
    connection = connect(port)
    with connection.sock as sock:
        sock.settimeout(_TIMEOUT_S)
        connection.send(request)
        while not connection.is_complete():
            pass
        _require_success(connection.received)
        return bytes(connection.received).partition(b"\r\n\r\n")[2]


def connect(port: int) -> Connection:
    """Open a connection."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Connection(sock)


def is_success(received: bytearray) -> bool:
    """Return whether an answer is 200 and has no errors."""
    return received.startswith(b"HTTP/1.1 200") and b'"errors":' not in received


def _run(
    poll: select.epoll, opened: dict[int, Connection], pending: Iterator[bytes], seconds: float | None
) -> Load:
    result, clock = Load(), time.perf_counter
    began = clock()
    ends = began + seconds if seconds is not None else float("inf")
    in_flight = 0
    for connection, request in zip(opened.values(), pending, strict=False):
        connection.send(request)
        in_flight += 1
    while in_flight:
        ready = poll.poll(_TIMEOUT_S)
        if not ready:
            raise ClientError(f"no answer within {_TIMEOUT_S} s")
        for number, _ in ready:
            connection = opened[number]
            if not connection.is_complete():
                continue
            now = clock()
            result.latencies_ms.append((now - connection.sent_at) * 1_000)
            _require_success(connection.received)
            following = next(pending, None) if now < ends else None
            if following is None:
                in_flight -= 1
            else:
                connection.send(following)
    result.seconds = clock() - began
    return result


def _require_success(received: bytearray) -> None:
    if not is_success(received):
        raise ClientError(received.partition(b"\r\n\r\n")[2][:600].decode(errors="replace"))
