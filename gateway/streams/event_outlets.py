"""Outlets of event streams: a shared subscription over SSE is a few fields, and no task writes for it."""

import asyncio
from collections.abc import Callable

from gateway.connections.lines import Line, chunk
from gateway.operations.gateways import Gateway
from gateway.streams import outlets
from gateway.streams.events import COMPLETE, next_event
from gateway.telemetry.outcomes import Outcome
from graph.sharing import Payload, Subscriber

_SHARED = ""
"""The name under which a payload keeps its event, beside frames by operation id; no id is empty."""


class EventOutlet:
    """Where the responses of one subscription go: into events, onto the line; the first waits for `open`."""

    __slots__ = ("_end", "_held", "_line", "_metrics", "_outcome", "_slow", "sent", "subscriber")

    def __init__(self, gateway: Gateway, outcome: Outcome, line: Line, *, end: Callable[[], None]) -> None:
        self._metrics = gateway.observer.metrics
        self._outcome = outcome
        self._line = line
        self._end = end
        self._held: list[bytes] | None = []
        self._slow: asyncio.TimerHandle | None = None
        self.sent = 0
        self.subscriber: Subscriber | None = None

    @property
    def request_id(self) -> str:
        """The id of the operation that subscribed."""
        return self._outcome.request_id

    @property
    def is_ready(self) -> bool:
        """Whether the peer has read; one that does not for ten seconds is cut off."""
        if self._held is not None:
            return False
        if self._line.is_ready:
            return True
        if self._slow is None:
            loop = asyncio.get_running_loop()
            self._slow = loop.call_later(outlets.SEND_TIMEOUT_S, self._too_slow)
        return False

    def open(self) -> None:
        """Write what came before the head of the response was sent."""
        held, self._held = self._held or [], None
        for piece in held:
            self._line.write(piece)

    def write(self, payload: Payload) -> None:
        """Send a response as a `next` event."""
        self.sent += 1
        self._metrics.messages += 1
        piece = payload.frames.get(_SHARED)
        if piece is None:
            piece = payload.frames[_SHARED] = chunk(next_event(payload.data, payload.mark))
        self._write(piece)

    def end(self, payload: Payload) -> None:
        """Send the last response, and `complete`."""
        self.write(payload)
        self._write(chunk(COMPLETE))
        self._end()

    def cancel(self) -> None:
        """Listen no more."""
        if self._slow is not None:
            self._slow.cancel()
        if self.subscriber is not None:
            self.subscriber.leave()

    def _write(self, piece: bytes) -> None:
        if self._held is None:
            self._line.write(piece)
        else:
            self._held.append(piece)

    def _too_slow(self) -> None:
        self._slow = None
        if not self._line.is_ready:
            self._line.cut()
