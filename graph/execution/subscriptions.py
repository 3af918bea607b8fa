"""Subscriptions that run: each writes responses to the sink of its transport, from a broadcast or by a task."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, Protocol

from graph.execution.broadcast import Broadcast, EncodedResponse, ResponseSink
from resolvers.live.listeners import Listener


class Subscription(Protocol):
    """A subscription that was accepted."""

    def start(self) -> None:
        """Begin to write responses to the sink; nothing is written before."""

    def leave(self) -> None:
        """Write nothing more; a second call changes nothing."""


class BroadcastSubscription:
    """A listener of a stream whose responses come from a broadcast; a task runs for its first response only."""

    __slots__ = ("_broadcast", "_error", "_first", "_is_open", "_leave", "_sink", "_task")

    def __init__(self, broadcast: Broadcast, sink: ResponseSink) -> None:
        self._broadcast = broadcast
        self._sink = sink
        self._leave: Callable[[Listener], None] | None = None
        self._first: Any = None
        self._error: Exception | None = None
        self._is_open = False
        self._task: asyncio.Task[None] | None = None

    @property
    def is_ready(self) -> bool:
        """Whether it takes the next event: the first response was sent, and the client has read."""
        return self._is_open and self._sink.is_ready

    def take(self, event: Any) -> None:
        """Send the response of an event, or keep the event until the first response is sent."""
        if self._is_open:
            self._broadcast.send(event, self._sink)
        else:
            self._first = event

    def end(self, error: Exception) -> None:
        """Send the response which says that the stream failed, and complete; never before the first response."""
        self._error = error
        if self._is_open:
            self._fail(error)

    def on_leave(self, leave: Callable[[Listener], None]) -> None:
        """Keep the function that removes it from the stream."""
        self._leave = leave

    def start(self) -> None:
        """Send the first response."""
        self._task = asyncio.create_task(self._open())

    def leave(self) -> None:
        """Leave the stream."""
        if self._task is not None:
            self._task.cancel()
        if self._leave is not None:
            self._leave(self)
            self._leave = None

    async def _open(self) -> None:
        while self._first is not None:
            event, self._first = self._first, None
            self._sink.write(await self._broadcast.response_to(event, self._sink.request_id))
        self._is_open = True
        self._task = None
        if self._error is not None:
            self._fail(self._error)

    def _fail(self, error: Exception) -> None:
        self._sink.write(self._broadcast.failure(error, self._sink.request_id))
        self._sink.complete()


class StreamSubscription:
    """A subscription with a stream of responses of its own; a task reads the stream as fast as the client reads.

    A response that equals the one before tells the client nothing, and is not written.
    """

    __slots__ = ("_responses", "_sink", "_task")

    def __init__(self, responses: AsyncIterator[EncodedResponse], sink: ResponseSink) -> None:
        self._responses = responses
        self._sink = sink
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the task."""
        self._task = asyncio.create_task(self._run())

    def leave(self) -> None:
        """Cancel the task, which closes the stream."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        before = b""
        async with aclosing(self._responses) as responses:  # type: ignore[type-var]
            async for response in responses:
                if response.data == before:
                    continue
                before = response.data
                if not self._sink.is_ready:
                    await self._sink.drained()
                self._sink.write(response)
        self._task = None
        self._sink.complete()
