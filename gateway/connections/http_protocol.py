"""HTTP protocol: uvicorn's, with a timeout or size limit on everything that a client controls.

The limits are in `gateway/settings/connection_bounds.py`. `request_heads` checks the head of a request, and
`connection_closing` closes the connection. On the usual path (a head in one piece, a body in one or few) all of it
costs a few integers.
"""

from functools import partial
from typing import Any

import httptools
import structlog
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from gateway.connections import request_heads
from gateway.connections.connection_closing import ClosingProtocol
from gateway.connections.connection_registry import NEVER
from gateway.connections.disconnects import TASK
from gateway.connections.refusals import RefusedError, RequestRefusal
from gateway.connections.whole_responses import EXTENSION, write_whole
from gateway.settings import connection_bounds

_UNCHECKED_BYTES = 8 * 1024
"""A head that arrived with so few bytes cannot be too large."""
_SLASH = ord("/")
_SEVERAL = b"\0"
_log = structlog.get_logger("gateway.connections.http_protocol")


class HttpConnection(ClosingProtocol):
    """One connection, and the requests on it one after another."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._is_usual = True
        self._is_upload = False
        self._fed = self._received = self._chunks = 0
        self._deadline = NEVER
        self._host: bytes | None = None
        self._known_host: bytes | None = None

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived."""
        if self._is_deaf:
            self._drop(len(data))
            return
        self._fed = len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._upgrade()
        except httptools.HttpParserError as error:
            self._refuse(_refusal_of(error))
        else:
            if self._is_reading:
                self._limit_rest()

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._is_reading = self._in_head = self._is_usual = True
        self._received = self._chunks = 0
        self._is_upload = False
        self._host = None
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; drop trailers, which nothing reads."""
        if not self._in_head:
            return
        name = name.lower()
        if name == b"host":
            self._host = value if self._host is None else _SEVERAL
        elif name in request_heads.RARE:
            self._is_usual = False
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Check the head, in full if anything about it is unusual, and start the request."""
        self.due = self._deadline = NEVER
        if (
            not self._is_usual
            or self._host is None
            or self._host != self._known_host
            or self._received + self._fed > _UNCHECKED_BYTES
            or len(self.headers) > connection_bounds.MOST_HEADERS
            or self.url[0] != _SLASH
            or self.parser.get_http_version() != "1.1"
        ):
            self._inspect_head()
        if len(self.pipeline) >= connection_bounds.MOST_PIPELINED:
            raise RefusedError(RequestRefusal.PIPELINE)
        before = self.cycle
        self._is_upload = (
            self.url.startswith(connection_bounds.UPLOADS) and self.parser.get_method() == b"PUT"
        )
        super().on_headers_complete()
        self._in_head = False
        self._requests += 1
        if self.cycle is before:  # it is an upgrade
            return
        self.scope["extensions"] = {EXTENSION: partial(write_whole, self.registry, self.cycle)}  # type: ignore[dict-item]
        if self._requests >= self._most_requests:
            self.cycle.keep_alive = False
        if self.expect_100_continue:
            self.cycle.send = partial(_send_before_body, self.cycle)  # type: ignore[method-assign]

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Start the task of a request; its scope refers to it, so that a disconnect can cancel it."""
        task = self.loop.create_task(cycle.run_asgi(app))
        cycle.scope[TASK] = task  # type: ignore[literal-required]
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._chunks += 1
        if self._chunks > self._most_chunks:
            raise RefusedError(RequestRefusal.BODY)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End the request; if its response is complete, wait for the next."""
        self._is_reading = False
        super().on_message_complete()
        self.due = self._deadline = NEVER
        if self.cycle is not None and self.cycle.response_complete:
            self._await_request()

    def on_response_complete(self) -> None:
        """Start the next pipelined request, or wait for one."""
        self.registry.total_requests += 1
        if self.transport.is_closing() or self._lingers:
            return
        if self.pipeline:
            self.flow.resume_reading()
            self._start_asgi_task(*self.pipeline.pop())
        elif self._refusal is not None:
            self._close_with(self._refusal)
        else:
            self.flow.resume_reading()
            if not self._is_reading:
                self._await_request()

    def expire(self) -> None:
        """End the connection or its request, whose time is over."""
        if self._is_deaf:
            self.transport.abort()
        elif not self._is_reading:
            self.transport.close()
        elif self.flow.read_paused:  # by us: the client could not continue
            self.due = self.registry.now + 1
        else:
            self._refuse(RequestRefusal.HEAD_TIMEOUT if self._in_head else RequestRefusal.BODY_TIMEOUT)

    def _inspect_head(self) -> None:
        """Check the head in full; raises RefusedError."""
        version = self.parser.get_http_version()
        served = request_heads.inspect(
            version, self.parser.get_method(), self.url, self.headers, hosts=self.registry.bounds.hosts
        )
        self._known_host = self._host if served else None
        self.expect_100_continue = version == "1.1" and any(name == b"expect" for name, _ in self.headers)

    def _limit_rest(self) -> None:
        """Limit the size and time of a request that has not arrived in full."""
        self._received += self._fed
        bounds = self.registry.bounds
        if self._in_head:
            if self._received > connection_bounds.HEAD_BYTES:
                self._refuse(RequestRefusal.HEADERS if self.headers else RequestRefusal.TARGET)
                return
            timeout_s = bounds.head_s
        else:
            if self._received > connection_bounds.HEAD_BYTES + self._body_bytes:
                self._refuse(RequestRefusal.BODY)
                return
            timeout_s = bounds.body_s
        if self._is_upload and not self._in_head:  # the endpoint limits the whole time
            self._deadline = self.registry.now + timeout_s + 1
        elif self._deadline == NEVER:
            self._announce_close()
            self._deadline = self.registry.now + timeout_s + 1
        self.due = self._deadline

    @property
    def _body_bytes(self) -> int:
        """How many bytes the body of this request may have; chunked coding adds a part to an upload's.

        Once an upload is answered, what still comes of it is not worth reading.
        """
        if not self._is_upload or self.cycle.response_complete:
            return connection_bounds.BODY_BYTES
        return self.registry.bounds.upload_bytes + self.registry.bounds.upload_bytes // 8

    @property
    def _most_chunks(self) -> int:
        """In how many pieces the body of this request may arrive."""
        if not self._is_upload:
            return connection_bounds.MOST_CHUNKS
        return connection_bounds.MOST_CHUNKS + self._body_bytes // connection_bounds.BYTES_OF_A_CHUNK

    def _announce_close(self) -> None:
        """Make this response the last if its body is too large to be read in full."""
        if not self._in_head and _declared_bytes(self.headers) > connection_bounds.BODY_BYTES:
            self.cycle.keep_alive = False

    def _upgrade(self) -> None:
        """Become a websocket if the client asked for one; ignore any other upgrade, and close after the response."""
        if not self._should_upgrade():
            self.cycle.keep_alive = False
        elif self._is_busy:
            self._refuse(RequestRefusal.UPGRADE)
        else:
            self.handle_websocket_upgrade()


async def _send_before_body(cycle: RequestResponseCycle, message: Any) -> None:
    """Send, and close if the client still waits for `100 Continue`: it may send the body or not."""
    if cycle.waiting_for_100_continue:
        cycle.keep_alive = False
    await RequestResponseCycle.send(cycle, message)


def _declared_bytes(headers: request_heads.Headers) -> int:
    """Return the length of a body as its head declares it, or 0; the parser has checked the digits."""
    return int(dict(headers).get(b"content-length", b"0"))


def _refusal_of(error: BaseException) -> RequestRefusal:
    """Return the refusal for an error of the parser."""
    cause = error.__context__
    if isinstance(cause, RefusedError):
        return cause.refusal
    if cause is not None and not isinstance(cause, httptools.HttpParserError):
        _log.error("defect", exc_info=cause)
    return RequestRefusal.MALFORMED
