"""Subscribers over websockets: the graphql-transport-ws protocol, with handshake and frames by hand."""

import json
import socket
import struct

from bench.subscribers import TIMEOUT_S, Subscriber, SubscriberError, Subscribers

_TEXT, _CLOSE, _PING, _PONG = 0x81, 0x88, 0x89, 0x8A
_LENGTHS = {126: ">H", 127: ">Q"}
_LONGEST_HEAD = 1 << 14


class WebsocketSubscribers(Subscribers):
    """Subscribers of one document on one server, each over its own websocket."""

    def _subscribed(self, authorization: str | None, operation_id: str) -> Subscriber:
        subscriber = Subscriber(_handshake(self.port, authorization))
        payload = {"authorization": authorization} if authorization else {}
        _send(subscriber, {"type": "connection_init", "payload": payload})
        self._expect(subscriber, b'"connection_ack"')
        _send(subscriber, {"id": operation_id, "type": "subscribe", "payload": {"query": self.document}})
        self._expect(subscriber, b'"next"')
        return subscriber

    def _expect(self, subscriber: Subscriber, part: bytes) -> None:
        """Read until a message contains `part`."""
        while not any(part in message for message in self._take_messages(subscriber)):
            subscriber.receive()

    def _take_messages(self, subscriber: Subscriber) -> list[bytes]:
        """Remove and return the whole data messages; answer pings."""
        messages = []
        while (frame := _take_frame(subscriber.received)) is not None:
            kind, payload = frame
            if kind == _PING:
                subscriber.sock.sendall(client_frame(_PONG, payload))
            elif payload == b'{"type":"ping"}':
                _send(subscriber, {"type": "pong"})
            elif kind == _CLOSE or b'"errors":' in payload or b'"type":"error"' in payload:
                raise SubscriberError(payload[:600].decode(errors="replace"))
            elif kind == _TEXT:
                messages.append(payload)
        return messages


def client_frame(kind: int, payload: bytes) -> bytes:
    """Return a client's frame; its mask is zero, which leaves the payload as it is."""
    length = len(payload)
    sizes = struct.pack(">B", 0x80 | length) if length < 126 else struct.pack(">BH", 0x80 | 126, length)
    return bytes([kind]) + sizes + b"\0\0\0\0" + payload


def _send(subscriber: Subscriber, message: dict[str, object]) -> None:
    subscriber.sock.sendall(client_frame(_TEXT, json.dumps(message).encode()))


def _take_frame(received: bytearray) -> tuple[int, bytes] | None:
    """Remove the first frame and return its kind and payload; None where it is not whole."""
    if len(received) < 2:
        return None
    kind, length, start = received[0], received[1], 2
    if length in _LENGTHS:
        start += struct.calcsize(_LENGTHS[length])
        if len(received) < start:
            return None
        (length,) = struct.unpack_from(_LENGTHS[length], received, 2)
    if len(received) < start + length:
        return None
    payload = bytes(received[start : start + length])
    del received[: start + length]
    return kind, payload


def _handshake(port: int, authorization: str | None) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
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
        answer += sock.recv(1)  # frames that follow the head must stay in the socket
        if len(answer) > _LONGEST_HEAD or not answer:
            break
    if not answer.startswith(b"HTTP/1.1 101"):
        raise SubscriberError(answer.decode(errors="replace"))
    return sock
