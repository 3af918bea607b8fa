"""Subscribers with little overhead: one thread, raw sockets, one subscription per connection."""

import select
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field

TIMEOUT_S = 20.0
_CHUNK = 1 << 18


class SubscriberError(Exception):
    """A connection was refused, closed, or received an error; the message holds the bytes received."""


@dataclass(slots=True)
class Subscriber:
    """One connection, and the bytes that are not yet a whole message."""

    sock: socket.socket
    received: bytearray = field(default_factory=bytearray)

    def receive(self) -> None:
        """Read what has come; raises SubscriberError where the server closed the connection."""
        chunk = self.sock.recv(_CHUNK)
        if not chunk:
            raise SubscriberError("the server closed a connection")
        self.received += chunk


class Subscribers(ABC):
    """Subscribers of one document on one server; a subclass knows the protocol."""

    def __init__(self, port: int, document: str, *, operation_id: Callable[[int], str]) -> None:
        self.port = port
        self.document = document
        self._operation_id = operation_id
        self._subscribers: dict[int, Subscriber] = {}
        self._poll = select.epoll()

    def __len__(self) -> int:
        return len(self._subscribers)

    def add(self, authorization: str | None) -> None:
        """Connect, subscribe, and wait for the first message; without `authorization` the subscriber is anonymous."""
        subscriber = self._subscribed(authorization, self._operation_id(len(self._subscribers)))
        subscriber.sock.setblocking(False)
        self._subscribers[subscriber.sock.fileno()] = subscriber
        self._poll.register(subscriber.sock.fileno(), select.EPOLLIN)

    def messages(self, *, within: float, count: int | None = None) -> list[tuple[float, bytes]]:
        """Return the messages of some seconds, or the first `count`, each with the Unix time of its arrival."""
        arrived: list[tuple[float, bytes]] = []
        ends = time.monotonic() + within
        while (left := ends - time.monotonic()) > 0 and (count is None or len(arrived) < count):
            for number, _ in self._poll.poll(left):
                subscriber = self._subscribers[number]
                subscriber.receive()
                now = time.time()
                arrived += [(now, message) for message in self._take_messages(subscriber)]
        return arrived

    def close(self) -> None:
        """Close every connection."""
        self._poll.close()
        for subscriber in self._subscribers.values():
            subscriber.sock.close()
        self._subscribers.clear()

    @abstractmethod
    def _subscribed(self, authorization: str | None, operation_id: str) -> Subscriber:
        """Return a new subscriber that has received its first message."""

    @abstractmethod
    def _take_messages(self, subscriber: Subscriber) -> list[bytes]:
        """Remove and return the messages that are whole; raises SubscriberError at an error or the end."""
