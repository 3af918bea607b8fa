"""Outlets: a subscription that shares its responses with others is a few fields and no task."""

import asyncio
import time
from collections.abc import Callable

import orjson

from gateway.connections.wires import Wire, text_frame
from gateway.operations.gateways import Gateway
from gateway.telemetry.outcomes import Outcome
from graph.sharing import Payload, Subscriber

SEND_TIMEOUT_S = 10.0
_MOST_FRAMES = 16
"""How many operation ids have their frame of a payload kept; clients count from 1, mostly."""


class WireOutlet:
    """Where the responses of one operation go: into frames with its id, onto the wire."""

    __slots__ = (
        "_began",
        "_done",
        "_end",
        "_gateway",
        "_id",
        "_is_over",
        "_outcome",
        "_sent",
        "_slow",
        "_wire",
        "subscriber",
    )

    def __init__(
        self,
        gateway: Gateway,
        wire: Wire,
        id_: str,
        outcome: Outcome,
        *,
        done: Callable[[str], None],
        end: Callable[[int, str], None],
    ) -> None:
        self._gateway = gateway
        self._wire = wire
        self._id = id_
        self._outcome = outcome
        self._done = done
        self._end = end
        self._began = time.perf_counter()
        self._sent = 0
        self._is_over = False
        self._slow: asyncio.TimerHandle | None = None
        self.subscriber: Subscriber | None = None

    @property
    def request_id(self) -> str:
        """The id of the operation that subscribed."""
        return self._outcome.request_id

    @property
    def is_ready(self) -> bool:
        """Whether the peer has read; one that does not for ten seconds is closed."""
        if self._wire.is_ready:
            return True
        if self._slow is None:
            self._slow = asyncio.get_running_loop().call_later(SEND_TIMEOUT_S, self._too_slow)
        return False

    def write(self, payload: Payload) -> None:
        """Send a response as a `next` message, unless the operation is over."""
        if self._is_over:
            return
        self._sent += 1
        self._gateway.observer.metrics.messages += 1
        frame = payload.frames.get(self._id)
        if frame is None:
            frame = text_frame(
                b'{"id":%b,"type":"next","payload":%b}' % (orjson.dumps(self._id), payload.data)
            )
            if len(payload.frames) < _MOST_FRAMES:
                payload.frames[self._id] = frame
        self._wire.write(frame)

    def end(self, payload: Payload) -> None:
        """Send the last response, and `complete`."""
        self.write(payload)
        self._wire.write(text_frame(b'{"id":%b,"type":"complete"}' % orjson.dumps(self._id)))
        self._done(self._id)

    def cancel(self) -> None:
        """Listen no more, and write the operation's line to the log."""
        self._is_over = True
        if self._slow is not None:
            self._slow.cancel()
        if self.subscriber is not None:
            self.subscriber.leave()
        self._outcome.extra["messages"] = self._sent
        self._gateway.finish(self._outcome, {}, self._began)

    def _too_slow(self) -> None:
        self._slow = None
        if not self._wire.is_ready:
            self._end(1013, "The client reads too slowly")
