"""A load client that costs little: one thread, raw sockets, one request in flight per connection."""

import re
import select
import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNK = 1 << 20
_PATIENCE_S = 15.0


class ClientError(Exception):
    """An answer is not what the bench counts: another status, errors, or no answer at all."""


@dataclass(slots=True)
class Load:
    """What one run measured."""

    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many answers came."""
        return len(self.latencies_ms)

    @property
    def rps(self) -> float:
        """Answers per second."""
        return self.requests / self.seconds

    def percentile(self, share: float) -> float:
        """Return the latency in milliseconds that `share` of the answers did not exceed."""
        ordered = sorted(self.latencies_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(slots=True)
class Line:
    """One connection and the answer that is coming in on it."""

    sock: socket.socket
    began: float = 0.0
    received: bytearray = field(default_factory=bytearray)
    wanted: int = -1

    def send(self, message: bytes) -> None:
        """Send a request and begin to wait for its answer."""
        self.received.clear()
        self.wanted = -1
        self.began = time.perf_counter()
        self.sock.sendall(message)  # requests are small: the kernel takes them whole

    def is_complete(self) -> bool:
        """Read what has come; tell whether the answer is whole."""
        chunk = self.sock.recv(_CHUNK)
        if not chunk:
            raise ClientError("the server closed a connection")
        self.received += chunk
        if self.wanted < 0:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return False
            length = _LENGTH.search(self.received, 0, end)
            if length is None:
                raise ClientError("an answer without content-length")
            self.wanted = end + 4 + int(length[1])
        return len(self.received) >= self.wanted


def message(port: int, body: bytes, *, token: str) -> bytes:
    """Write a POST of a GraphQL request."""
    head = (
        f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n"
        f"accept: application/json\r\nauthorization: Bearer {token}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def load(port: int, messages: Iterable[bytes], *, connections: int, seconds: float | None = None) -> Load:
    """Send the messages one by one until they or the seconds run out; every answer must be 200 without errors."""
    waiting = iter(messages)
    lines = {line.sock.fileno(): line for line in (open_line(port) for _ in range(connections))}
    poll = select.epoll()
    for number in lines:
        poll.register(number, select.EPOLLIN)
    try:
        return _run(poll, lines, waiting, seconds)
    finally:
        poll.close()
        for line in lines.values():
            line.sock.close()


def ask(port: int, one: bytes) -> bytes:
    """Send one message and return the body of the answer."""
    line = open_line(port)
    with line.sock as sock:
        sock.settimeout(_PATIENCE_S)
        line.send(one)
        while not line.is_complete():
            pass
        _check(line.received)
        return bytes(line.received).partition(b"\r\n\r\n")[2]


def _run(poll: select.epoll, lines: dict[int, Line], waiting: Iterator[bytes], seconds: float | None) -> Load:
    result, clock = Load(), time.perf_counter
    began = clock()
    ends = began + seconds if seconds is not None else float("inf")
    in_flight = 0
    for line, one in zip(lines.values(), waiting, strict=False):
        line.send(one)
        in_flight += 1
    while in_flight:
        ready = poll.poll(_PATIENCE_S)
        if not ready:
            raise ClientError(f"no answer within {_PATIENCE_S} s")
        for number, _ in ready:
            line = lines[number]
            if not line.is_complete():
                continue
            now = clock()
            result.latencies_ms.append((now - line.began) * 1_000)
            _check(line.received)
            following = next(waiting, None) if now < ends else None
            if following is None:
                in_flight -= 1
            else:
                line.send(following)
    result.seconds = clock() - began
    return result


def open_line(port: int) -> Line:
    """Open a connection."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Line(sock)


def check(received: bytearray) -> bool:
    """Tell whether an answer is 200 and holds no errors."""
    return received.startswith(b"HTTP/1.1 200") and b'"errors":' not in received


def _check(received: bytearray) -> None:
    if not check(received):
        raise ClientError(received.partition(b"\r\n\r\n")[2][:600].decode(errors="replace"))
