"""Sink of an SSE subscription: writes responses as events into the chunked body, without a task of its own."""

import asyncio
from collections.abc import Callable

from gateway.connections.chunked_responses import ChunkedResponse, chunk
from gateway.operations.pipeline import OperationPipeline
from gateway.streams import websocket_sinks
from gateway.streams.sse_events import COMPLETE, next_event
from gateway.telemetry.operation_outcomes import OperationOutcome
from graph.execution.broadcast import EncodedResponse
from graph.execution.subscriptions import Subscription

_EVENT = ""
"""The key of the event among the frames of a response; the other keys are operation ids, which are never empty."""


class SseSink:
    """Sends the responses of one subscription, and cuts the connection of a client that does not read."""

    __slots__ = ("_body", "_metrics", "_on_complete", "_outcome", "_slow", "sent", "subscription")

    def __init__(
        self,
        pipeline: OperationPipeline,
        outcome: OperationOutcome,
        body: ChunkedResponse,
        *,
        on_complete: Callable[[], None],
    ) -> None:
        self._metrics = pipeline.observer.metrics
        self._outcome = outcome
        self._body = body
        self._on_complete = on_complete
        self._slow: asyncio.TimerHandle | None = None
        self.subscription: Subscription | None = None
        self.sent = 0

    @property
    def request_id(self) -> str:
        """The id of the request that subscribed."""
        return self._outcome.request_id

    @property
    def is_ready(self) -> bool:
        """Whether the client has read; one that does not read for ten seconds is cut off."""
        if self._body.is_ready:
            return True
        if self._slow is None:
            loop = asyncio.get_running_loop()
            self._slow = loop.call_later(websocket_sinks.SEND_TIMEOUT_S, self._cut_slow)
        return False

    async def drained(self) -> None:
        """Wait until the client has read."""
        await self._body.drained()

    def write(self, response: EncodedResponse) -> None:
        """Send a response as a `next` event."""
        self.sent += 1
        self._metrics.messages += 1
        event = response.frames.get(_EVENT)
        if event is None:
            event = response.frames[_EVENT] = chunk(next_event(response.data, response.event_id))
        self._body.write(event)

    def complete(self) -> None:
        """Send `complete`, and end the response."""
        self._body.write(chunk(COMPLETE))
        self._on_complete()

    def cancel(self) -> None:
        """Leave the subscription."""
        if self._slow is not None:
            self._slow.cancel()
        if self.subscription is not None:
            self.subscription.leave()

    def _cut_slow(self) -> None:
        self._slow = None
        if not self._body.is_ready:
            self._body.cut()
