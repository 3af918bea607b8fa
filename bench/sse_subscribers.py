"""Subscribers over server-sent events: chunks of HTTP/1.1 read by hand, one event in each."""

import json
import socket

from bench.subscribers import TIMEOUT_S, Subscriber, SubscriberError, Subscribers

_LAST_SIZE = b"0"


class SseSubscribers(Subscribers):
    """Subscribers of one document on one server, each over its own stream."""

    def _subscribed(self, authorization: str | None, operation_id: str) -> Subscriber:  # noqa: ARG002 - websockets need it
        subscriber = Subscriber(socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT_S))
        body = json.dumps({"query": self.document}).encode()
        head = (
            f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\naccept: text/event-stream\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
        )
        head += f"authorization: {authorization}\r\n" if authorization else ""
        subscriber.sock.sendall((head + "\r\n").encode() + body)
        _take_head(subscriber)
        while not self._take_messages(subscriber):
            subscriber.receive()
        return subscriber

    def _take_messages(self, subscriber: Subscriber) -> list[bytes]:
        """Remove and return the whole events, without comments."""
        events = []
        while b"\r\n" in subscriber.received:
            size, _, rest = bytes(subscriber.received).partition(b"\r\n")
            length = int(size, 16)
            if size == _LAST_SIZE:
                raise SubscriberError("the server ended a stream")
            if len(rest) < length + 2:
                break
            del subscriber.received[: len(size) + 2 + length + 2]
            event = rest[:length]
            if b'"errors":' in event:
                raise SubscriberError(event[:600].decode(errors="replace"))
            if not event.startswith(b":"):
                events.append(event)
        return events


def _take_head(subscriber: Subscriber) -> None:
    while b"\r\n\r\n" not in subscriber.received:
        subscriber.receive()
    head, _, rest = bytes(subscriber.received).partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise SubscriberError(bytes(subscriber.received[:600]).decode(errors="replace"))
    subscriber.received[:] = rest
