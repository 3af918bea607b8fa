"""A server with Sentry's protocol for tests: it keeps the envelopes that it receives."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class SentryServer:
    """What arrived: the raw bytes, with their headers, and the events in them."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.events: list[dict[str, Any]] = []
        received = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                received.raw += [str(self.headers).encode(), body]
                received.events += _events(body)
                self.send_response(200)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def dsn(self) -> str:
        return f"http://key@127.0.0.1:{self.server.server_port}/1"

    @property
    def defects(self) -> list[dict[str, Any]]:
        return [event for event in self.events if "exception" in event]

    @property
    def runs(self) -> list[dict[str, Any]]:
        return [event for event in self.events if event.get("type") == "transaction"]


def _events(envelope: bytes) -> Iterator[dict[str, Any]]:
    """Yield the events of an envelope: a line of headers, then a line of headers and a payload for each item."""
    _, _, rest = envelope.partition(b"\n")
    while rest.strip():
        head, _, rest = rest.partition(b"\n")
        length = json.loads(head).get("length")
        payload, rest = (rest[:length], rest[length + 1 :]) if length is not None else rest.split(b"\n", 1)
        yield json.loads(payload)


@contextmanager
def sentry_server() -> Iterator[SentryServer]:
    """Run a server until the end of the block."""
    running = SentryServer()
    thread = Thread(target=running.server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield running
    finally:
        running.server.shutdown()
        thread.join()
        running.server.server_close()
