"""Connection closing: refusals, the drain and the end of keep-alive on an HTTP connection."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.connections.connection_registry import NEVER, BackpressureWatch, ConnectionRegistry
from gateway.connections.corking import Corked
from gateway.connections.disconnects import cancel_request
from gateway.connections.refusals import RequestRefusal, ShuttingDown

LINGER_S = 2
"""How long a client whose last response was sent may send nothing before its connection is closed."""
_LAST_REQUEST_S = 2
_MOST_DROPPED = 64 * 1024 * 1024
"""Many clients send their whole body before they read the response; so many bytes of it are read and dropped."""
_OVERFLOW = 1.1
"""Connections beyond this multiple of the limit are aborted; up to it they are refused with a response."""


class ClosingProtocol(BackpressureWatch, HttpToolsProtocol):
    """An HTTP connection in the registry, which expires it at the second `due` of its clock."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        registry: Any = self.server_state
        self.registry: ConnectionRegistry = registry
        self.address_key = ""
        self.due = self.registry.now + self.registry.bounds.head_s + 1
        self._refusal: RequestRefusal | None = None
        self._is_reading = self._in_head = False
        self._is_deaf = False
        self._linger_until = NEVER
        self._requests = self._dropped_bytes = 0
        bounds, drain = self.registry.bounds, self.registry.drain
        self._most_requests = 0 if drain.is_draining else bounds.connection_requests

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept a connection, unless there are too many."""
        peer = transport.get_extra_info("peername")
        key = self.registry.admit(peer[0] if isinstance(peer, tuple) else "")
        corked = Corked(transport, self.loop, lingers=self._linger_for_rest)
        super().connection_made(corked)  # type: ignore[arg-type]
        if key is not None:
            self.address_key = key
        elif len(self.connections) > self.registry.bounds.connections * _OVERFLOW:
            transport.abort()
        else:
            self._close_with(RequestRefusal.TOO_MANY_CONNECTIONS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave the registry, and cancel the running request."""
        self.registry.forget_slow_reader(self)
        self.registry.leave(self.address_key)
        self.address_key = ""
        if self.cycle is not None:
            cancel_request(self.cycle.scope)
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """Give the connection, and its place in the registry, to the websocket's protocol."""
        corked: Any = self.transport
        corked.flush()
        self.transport = corked.raw
        self.registry.forget_slow_reader(self)
        key, self.address_key = self.address_key, ""
        super().handle_websocket_upgrade()
        websocket: Any = self.transport.get_protocol()
        websocket.address_key = key

    def wind_down(self) -> None:
        """Make the next response the last on this connection."""
        self._most_requests = 0
        if self.cycle is not None and (self.cycle.more_body or not self._is_reading):
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """Take no more requests; a new connection has two seconds to send its first."""
        self.wind_down()
        if self._is_busy or self._is_reading:
            return
        if self._requests:
            self.transport.close()
        else:
            self.due = min(self.due, self.registry.now + _LAST_REQUEST_S)

    def refuse_requests(self) -> None:
        """Refuse every further request as SHUTTING_DOWN."""
        self.app = ShuttingDown(self.app)

    @property
    def _is_busy(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def _is_answered(self) -> bool:
        """Whether the request that still arrives has its response already."""
        return (
            self._is_reading and not self._in_head and self.cycle is not None and self.cycle.response_complete
        )

    @property
    def _lingers(self) -> bool:
        return self._linger_until != NEVER

    def _await_request(self) -> None:
        """Wait for the next request, or close after the last one."""
        if not self._most_requests:
            self.transport.close()
        self.due = self.registry.now + self.registry.bounds.keep_alive_s + 1

    def _refuse(self, refusal: RequestRefusal) -> None:
        """Stop reading; send the refusal after the responses to earlier requests, unless this one has its own."""
        cycle = self.cycle
        if self._is_answered:
            self._linger()
        elif not self._is_busy:
            self._close_with(refusal)
        elif cycle.more_body and not self.pipeline:
            self._replace_response(refusal)
        else:
            self._refusal = refusal
            self._is_deaf = True
            self.due = NEVER
            if cycle.more_body:
                self.pipeline.popleft()
            self.flow.pause_reading()

    def _replace_response(self, refusal: RequestRefusal) -> None:
        """Refuse in place of the application, which waits for a body that cannot be read."""
        cycle = self.cycle
        if cycle.response_started:
            self.transport.abort()
            return
        cycle.disconnected = True
        cycle.message_event.set()
        self._close_with(refusal)

    def _close_with(self, refusal: RequestRefusal) -> None:
        """Send the refusal and close."""
        self.transport.write(refusal.response)
        self._linger()

    def _linger_for_rest(self) -> bool:
        """Linger in place of closing if a request is still arriving; return whether it does."""
        if self._is_reading and not self._lingers:
            self._linger()
        return self._is_reading

    def _linger(self) -> None:
        """Send nothing more, and drop what still arrives before closing: a reset would discard the response."""
        self._is_deaf = True
        self._linger_until = self.registry.now + self.registry.bounds.body_s
        self.due = self.registry.now + LINGER_S
        self.flow.resume_reading()
        self.transport.write_eof()

    def _drop(self, size: int) -> None:
        """Drop what a client sends to which nothing more is sent, up to a size and for as long as a body may take."""
        self._dropped_bytes += size
        if self._dropped_bytes > _MOST_DROPPED:
            self.transport.abort()
        elif self._lingers:
            self.due = min(self.registry.now + LINGER_S, self._linger_until)
