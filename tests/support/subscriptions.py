"""Subscriptions of a test without a transport: a sink with a queue, and the responses as an async iterator."""

import asyncio
from typing import Any

import orjson

from graph.documents.prepared import PreparedOperation
from graph.execution.broadcast import EncodedResponse
from graph.execution.executor import Executor
from graph.execution.subscriptions import Subscription
from resolvers.context import Context


class QueueSink:
    """A sink that is ready for the next response when the one before has been read."""

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id
        self._responses: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._was_read = asyncio.Event()

    @property
    def is_ready(self) -> bool:
        return self._responses.empty()

    async def drained(self) -> None:
        while not self.is_ready:
            self._was_read.clear()
            await self._was_read.wait()

    def write(self, response: EncodedResponse) -> None:
        self._responses.put_nowait(response.data)

    def complete(self) -> None:
        self._responses.put_nowait(None)

    async def next(self) -> dict[str, Any] | None:
        """Return the next response; None when the subscription is complete."""
        data = await self._responses.get()
        self._was_read.set()
        return None if data is None else orjson.loads(data)


class Responses:
    """The responses of a started subscription."""

    def __init__(self, subscription: Subscription, sink: QueueSink) -> None:
        self._subscription = subscription
        self._sink = sink
        self._is_closed = False
        subscription.start()

    def __aiter__(self) -> "Responses":
        return self

    async def __anext__(self) -> dict[str, Any]:
        response = None if self._is_closed else await self._sink.next()
        if response is None:
            await self.aclose()
            raise StopAsyncIteration
        return response

    async def aclose(self) -> None:
        """Leave the subscription, and let the tasks that end with it run."""
        self._is_closed = True
        self._subscription.leave()
        for _ in range(10):
            await asyncio.sleep(0)


async def subscribe(
    executor: Executor, prepared: PreparedOperation, variables: dict[str, Any], context: Context
) -> Responses | dict[str, Any]:
    """Start a subscription as a transport does; return its responses, or the response that refuses it."""
    sink = QueueSink(context.request_id)
    started = await executor.subscribe(prepared, variables, context, sink)
    return started if isinstance(started, dict) else Responses(started, sink)
