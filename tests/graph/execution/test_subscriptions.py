"""Subscriptions that run: the order of responses, clients that do not read, and the end of a stream."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from graph.execution.broadcast import EncodedResponse
from graph.execution.subscriptions import BroadcastSubscription, StreamSubscription
from resolvers.live.listeners import Listener


class Sink:
    """A sink of a client that reads when a test says so."""

    request_id = "request-of-a-test"

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.is_complete = False
        self.readable = asyncio.Event()
        self.readable.set()

    @property
    def is_ready(self) -> bool:
        return self.readable.is_set()

    async def drained(self) -> None:
        await self.readable.wait()

    def write(self, response: EncodedResponse) -> None:
        self.written.append(response.data)

    def complete(self) -> None:
        self.is_complete = True


class EchoBroadcast:
    """A broadcast whose response to an event is the event; the first responses wait for `release`."""

    def __init__(self) -> None:
        self.release = asyncio.Event()

    async def response_to(self, event: bytes, request_id: str) -> EncodedResponse:
        await self.release.wait()
        return EncodedResponse(event)

    def send(self, event: bytes, sink: Sink) -> None:
        sink.write(EncodedResponse(event))

    def failure(self, error: Exception, request_id: str) -> EncodedResponse:
        return EncodedResponse(type(error).__name__.encode())


def subscription_of(broadcast: EchoBroadcast, sink: Sink) -> BroadcastSubscription:
    any_broadcast: Any = broadcast
    return BroadcastSubscription(any_broadcast, sink)


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_nothing_is_written_before_the_start() -> None:
    broadcast, sink = EchoBroadcast(), Sink()
    broadcast.release.set()
    subscription = subscription_of(broadcast, sink)
    subscription.take(b"first")
    subscription.end(ZeroDivisionError())
    await turn()
    before = list(sink.written)

    subscription.start()
    await turn()

    assert before == []
    assert sink.written == [b"first", b"ZeroDivisionError"]
    assert sink.is_complete


async def test_an_event_that_comes_before_the_first_response_follows_it() -> None:
    broadcast, sink = EchoBroadcast(), Sink()
    subscription = subscription_of(broadcast, sink)
    subscription.take(b"first")
    subscription.start()
    await turn()
    ready = [subscription.is_ready]
    subscription.take(b"second")

    broadcast.release.set()
    await turn()
    ready.append(subscription.is_ready)
    subscription.take(b"third")

    assert ready == [False, True]
    assert sink.written == [b"first", b"second", b"third"]


async def test_a_subscription_that_is_left_during_its_first_response_writes_nothing() -> None:
    broadcast, sink = EchoBroadcast(), Sink()
    subscription = subscription_of(broadcast, sink)
    left: list[Listener] = []
    subscription.on_leave(left.append)
    subscription.take(b"first")
    subscription.start()
    await turn()

    subscription.leave()
    subscription.leave()
    broadcast.release.set()
    await turn()

    assert sink.written == []
    assert left == [subscription]


async def test_a_stream_is_read_no_faster_than_the_client_reads() -> None:
    sink, produced = Sink(), list[int]()

    async def responses() -> AsyncIterator[EncodedResponse]:
        for number in range(3):
            produced.append(number)
            yield EncodedResponse(b"%d" % number)

    sink.readable.clear()
    subscription = StreamSubscription(responses(), sink)
    subscription.start()
    await turn()
    waiting = (list(produced), list(sink.written))
    sink.readable.set()
    await turn()

    assert waiting == ([0], [])
    assert sink.written == [b"0", b"1", b"2"]
    assert sink.is_complete


async def test_a_stream_that_is_left_is_closed() -> None:
    sink, closed = Sink(), asyncio.Event()

    async def responses() -> AsyncIterator[EncodedResponse]:
        try:
            yield EncodedResponse(b"first")
            await asyncio.sleep(60)
        finally:
            closed.set()

    subscription = StreamSubscription(responses(), sink)
    subscription.start()
    await turn()

    subscription.leave()
    await turn()

    assert sink.written == [b"first"]
    assert closed.is_set()
    assert not sink.is_complete
