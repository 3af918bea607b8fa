"""Protocols: uvicorn's HTTP with an end to everything that a client may draw out.

What is bounded is in `gateway/settings/bounds.py`, what a head may be in `heads`, how a connection ends in `endings`.
On the usual path (a head in one piece, a body in one or few) all of it costs some integers.
"""

from functools import partial
from typing import Any

import httptools
import structlog
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from gateway.connections import heads
from gateway.connections.answers import EXTENSION, write_whole
from gateway.connections.crowds import NEVER
from gateway.connections.endings import Ending
from gateway.connections.leaving import TASK
from gateway.connections.refusals import Refusal, RefusedError
from gateway.settings import bounds

_GLANCE_BYTES = 8 * 1024
"""A head that came with so few bytes cannot be too large."""
_SLASH = ord("/")
_SEVERAL = b"\0"
_log = structlog.get_logger("gateway.connections.protocols")


class Connection(Ending):
    """One connection and the requests on it, one after another."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._in_head = False
        self._is_plain = True
        self._fed = self._carried = self._chunks = 0
        self._deadline = NEVER
        self._host: bytes | None = None
        self._known_host: bytes | None = None

    def data_received(self, data: bytes) -> None:
        """Read what has come."""
        if self._ending is not None:
            self._ignore(len(data))
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
                self._expect_more()

    def on_message_begin(self) -> None:
        """Begin with a request."""
        self._is_reading = self._in_head = self._is_plain = True
        self._carried = self._chunks = 0
        self._host = None
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; trailers, which nobody needs, are dropped."""
        if not self._in_head:
            return
        name = name.lower()
        if name == b"host":
            self._host = value if self._host is None else _SEVERAL
        elif name in heads.RARE:
            self._is_plain = False
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Look at the head, closely where anything about it is unusual, and start the request."""
        self._in_head = False
        self.due = self._deadline = NEVER
        if (
            not self._is_plain
            or self._host is None
            or self._host != self._known_host
            or self._carried + self._fed > _GLANCE_BYTES
            or len(self.headers) > bounds.MOST_HEADERS
            or self.url[0] != _SLASH
            or self.parser.get_http_version() != "1.1"
        ):
            self._inspect()
        if len(self.pipeline) >= bounds.MOST_PIPELINED:
            raise RefusedError(Refusal.PIPELINE)
        before = self.cycle
        super().on_headers_complete()
        self._served += 1
        if self.cycle is before:  # it is an upgrade
            return
        self.scope["extensions"] = {EXTENSION: partial(write_whole, self.crowd, self.cycle)}  # type: ignore[dict-item]
        if self._served >= self._last:
            self.cycle.keep_alive = False
        if self.expect_100_continue:
            self.cycle.send = partial(_send_unasked, self.cycle)  # type: ignore[method-assign]

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Start the task of a request and tell its scope, by which it ends where the client goes."""
        task = self.loop.create_task(cycle.run_asgi(app))
        cycle.scope[TASK] = task  # type: ignore[literal-required]
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._chunks += 1
        if self._chunks > bounds.MOST_CHUNKS:
            raise RefusedError(Refusal.BODY)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End with the request; where it is answered already, wait for the next."""
        self._is_reading = False
        super().on_message_complete()
        self.due = self._deadline = NEVER
        if self.cycle is not None and self.cycle.response_complete:
            self._rest()

    def on_response_complete(self) -> None:
        """Go on with the next request that waits, or wait for one."""
        self.crowd.total_requests += 1
        if self.transport.is_closing():
            return
        if self.pipeline:
            self.flow.resume_reading()
            self._start_asgi_task(*self.pipeline.pop())
        elif self._ending is not None:
            self._tell(self._ending)
        else:
            self.flow.resume_reading()
            if not self._is_reading:
                self._rest()

    def expire(self) -> None:
        """End what the crowd's clock says is overdue."""
        if self._ending is not None:
            self.transport.abort()
        elif not self._is_reading:
            self.transport.close()
        elif self.flow.read_paused:  # by us: the peer could not go on
            self.due = self.crowd.now + 1
        else:
            self._refuse(Refusal.HEAD_TIMEOUT if self._in_head else Refusal.BODY_TIMEOUT)

    def _inspect(self) -> None:
        """Look closely; raises RefusedError."""
        version = self.parser.get_http_version()
        served = heads.inspect(
            version, self.parser.get_method(), self.url, self.headers, hosts=self.crowd.bounds.hosts
        )
        self._known_host = self._host if served else None
        self.expect_100_continue = version == "1.1" and any(name == b"expect" for name, _ in self.headers)

    def _expect_more(self) -> None:
        """Bound what a request that has not come whole may still take."""
        self._carried += self._fed
        limits = self.crowd.bounds
        if self._in_head:
            if self._carried > bounds.HEAD_BYTES:
                self._refuse(Refusal.HEADERS if self.headers else Refusal.TARGET)
                return
            wait = limits.head_s
        else:
            if self._carried > bounds.HEAD_BYTES + bounds.BODY_BYTES:
                self._refuse(Refusal.BODY)
                return
            wait = limits.body_s
        if self._deadline == NEVER:
            self._deadline = self.crowd.now + wait + 1
        self.due = self._deadline

    def _upgrade(self) -> None:
        """Become a websocket where that was asked for; any other upgrade is ignored, and ends with the answer."""
        if not self._should_upgrade():
            self.cycle.keep_alive = False
        elif self.crowd.drain.is_draining:
            self._refuse(Refusal.SHUTTING_DOWN)
        elif self._is_busy:
            self._refuse(Refusal.UPGRADE)
        else:
            self.handle_websocket_upgrade()


async def _send_unasked(cycle: RequestResponseCycle, message: Any) -> None:
    """Send; a peer that is answered before it was asked for the body may send it or not, so that nothing can follow."""
    if cycle.waiting_for_100_continue:
        cycle.keep_alive = False
    await RequestResponseCycle.send(cycle, message)


def _refusal_of(error: BaseException) -> Refusal:
    """Return why the parser stopped."""
    cause = error.__context__
    if isinstance(cause, RefusedError):
        return cause.refusal
    if cause is not None and not isinstance(cause, httptools.HttpParserError):
        _log.error("defect", exc_info=cause)
    return Refusal.MALFORMED
