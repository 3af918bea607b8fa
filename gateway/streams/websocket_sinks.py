"""Sink of a websocket subscription: writes responses as frames with its operation id, without a task of its own."""

import asyncio
import time
from collections.abc import Callable

import orjson

from gateway.connections.websocket_protocol import WebSocketConnection, text_frame
from gateway.operations.pipeline import OperationPipeline
from gateway.telemetry.operation_outcomes import OperationOutcome
from graph.execution.broadcast import EncodedResponse
from graph.execution.subscriptions import Subscription

SEND_TIMEOUT_S = 10.0
_MOST_FRAMES = 16
"""How many operation ids have a cached frame for one response; most clients count their ids from 1."""


class WebSocketSink:
    """Sends the responses of one subscription, and closes the websocket of a client that does not read."""

    __slots__ = (
        "_began",
        "_connection",
        "_end",
        "_id",
        "_is_over",
        "_on_complete",
        "_outcome",
        "_pipeline",
        "_sent",
        "_slow",
        "subscription",
    )

    def __init__(
        self,
        pipeline: OperationPipeline,
        connection: WebSocketConnection,
        id_: str,
        outcome: OperationOutcome,
        *,
        on_complete: Callable[[str], None],
        end: Callable[[int, str], None],
    ) -> None:
        self._pipeline = pipeline
        self._connection = connection
        self._id = id_
        self._outcome = outcome
        self._on_complete = on_complete
        self._end = end
        self._began = time.perf_counter()
        self._sent = 0
        self._is_over = False
        self._slow: asyncio.TimerHandle | None = None
        self.subscription: Subscription | None = None

    @property
    def request_id(self) -> str:
        """The id of the request that subscribed."""
        return self._outcome.request_id

    @property
    def is_ready(self) -> bool:
        """Whether the client has read; one that does not read for ten seconds is disconnected."""
        if self._connection.is_ready:
            return True
        if self._slow is None:
            self._slow = asyncio.get_running_loop().call_later(SEND_TIMEOUT_S, self._end_slow)
        return False

    async def drained(self) -> None:
        """Wait until the client has read."""
        await self._connection.drained()

    def write(self, response: EncodedResponse) -> None:
        """Send a response as a `next` message, unless the operation is over."""
        if self._is_over:
            return
        self._sent += 1
        self._pipeline.observer.metrics.messages += 1
        frame = response.frames.get(self._id)
        if frame is None:
            frame = text_frame(
                b'{"id":%b,"type":"next","payload":%b}' % (orjson.dumps(self._id), response.data)
            )
            if len(response.frames) < _MOST_FRAMES:
                response.frames[self._id] = frame
        self._connection.write(frame)

    def complete(self) -> None:
        """Send `complete`, and end the operation."""
        self._connection.write(text_frame(b'{"id":%b,"type":"complete"}' % orjson.dumps(self._id)))
        self._on_complete(self._id)

    def cancel(self) -> None:
        """Leave the subscription, and log the operation."""
        self._is_over = True
        if self._slow is not None:
            self._slow.cancel()
        if self.subscription is not None:
            self.subscription.leave()
        self._outcome.extra["messages"] = self._sent
        self._pipeline.finish(self._outcome, {}, self._began)

    def _end_slow(self) -> None:
        self._slow = None
        if not self._connection.is_ready:
            self._end(1013, "The client reads too slowly")
