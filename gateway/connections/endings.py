"""Endings: how a connection ends in good order, whoever is to blame."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.connections.corking import Corked
from gateway.connections.crowds import NEVER, Crowd, Watched
from gateway.connections.leaving import leave
from gateway.connections.refusals import Refusal, TurningAway

LINGER_S = 2
"""How long a refused peer may take to read why; what it sends is dropped meanwhile."""
_LAST_REQUEST_S = 2
_MOST_IGNORED = 1024 * 1024
_OVERFLOW = 1.1
"""How many times the bound of connections may be there, with those that are being told that they are too many."""


class Ending(Watched, HttpToolsProtocol):
    """A connection in the crowd, which ends it at the second `due` of its clock."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        crowd: Any = self.server_state
        self.crowd: Crowd = crowd
        self.key = ""
        self.due = self.crowd.now + self.crowd.bounds.head_s + 1
        self._ending: Refusal | None = None
        self._is_reading = False
        self._served = self._ignored = 0
        self._last = 0 if self.crowd.drain.is_draining else self.crowd.bounds.connection_requests

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin with a connection, unless there are too many."""
        peer = transport.get_extra_info("peername")
        key = self.crowd.admit(peer[0] if isinstance(peer, tuple) else "")
        super().connection_made(Corked(transport, self.loop))  # type: ignore[arg-type]
        if key is not None:
            self.key = key
        elif len(self.connections) > self.crowd.bounds.connections * _OVERFLOW:
            transport.abort()
        else:
            self._tell(Refusal.CROWDED)

    def connection_lost(self, exc: Exception | None) -> None:
        """End with the connection."""
        self.crowd.unclog(self)
        self.crowd.leave(self.key)
        self.key = ""
        if self.cycle is not None:
            leave(self.cycle.scope)
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over to the websocket's protocol, and its place in the crowd with it."""
        corked: Any = self.transport
        corked.flush()
        self.transport = corked.raw
        self.crowd.unclog(self)
        key, self.key = self.key, ""
        super().handle_websocket_upgrade()
        wire: Any = self.transport.get_protocol()
        wire.key = key

    def wind_down(self) -> None:
        """Let the next answer be the last on this connection."""
        self._last = 0
        if self.cycle is not None and (self.cycle.more_body or not self._is_reading):
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """Wait for no more requests; a new connection has two seconds to send its first."""
        self.wind_down()
        if self._is_busy or self._is_reading:
            return
        if self._served:
            self.transport.close()
        else:
            self.due = min(self.due, self.crowd.now + _LAST_REQUEST_S)

    def turn_away(self) -> None:
        """Refuse every further request as SHUTTING_DOWN."""
        self.app = TurningAway(self.app)

    @property
    def _is_busy(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _rest(self) -> None:
        """Wait for the next request, where there may be one."""
        if not self._last:
            self.transport.close()
        self.due = self.crowd.now + self.crowd.bounds.keep_alive_s + 1

    def _refuse(self, refusal: Refusal) -> None:
        """Read no more; say why, after what came before is answered."""
        cycle = self.cycle
        if not self._is_busy:
            self._tell(refusal)
        elif cycle.more_body and not self.pipeline:
            self._break_off(refusal)
        else:
            self._ending = refusal
            self.due = NEVER
            if cycle.more_body:
                self.pipeline.popleft()
            self.flow.pause_reading()

    def _break_off(self, refusal: Refusal) -> None:
        """Say why in the place of the application, which waits for a body that cannot be read."""
        cycle = self.cycle
        if cycle.response_started:
            self.transport.abort()
            return
        cycle.disconnected = True
        cycle.message_event.set()
        self._tell(refusal)

    def _tell(self, refusal: Refusal) -> None:
        """Say why and close; what the peer still sends is read, or it would never see the answer."""
        self._ending = refusal
        self.due = self.crowd.now + LINGER_S
        self.transport.write(refusal.response)
        self.flow.resume_reading()
        self.transport.write_eof()

    def _ignore(self, size: int) -> None:
        """Drop what a refused peer sends, up to a bound."""
        self._ignored += size
        if self._ignored > _MOST_IGNORED:
            self.transport.abort()
