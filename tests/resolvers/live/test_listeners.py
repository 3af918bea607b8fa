"""Listeners: the queue that makes an async generator of a stream that listeners join."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from resolvers.live.listeners import EventQueue, Listener, events_of


class Stream:
    """A stream with one listener."""

    def __init__(self) -> None:
        self.listener: Listener | None = None

    async def join(self, listener: Listener, *, first: str) -> str:
        self.listener = listener
        listener.on_leave(self._leave)
        return first

    def _leave(self, listener: Listener) -> None:
        assert self.listener is listener
        self.listener = None


async def test_the_first_event_comes_before_those_that_follow() -> None:
    stream = Stream()
    events = events_of(stream.join, first="a")

    first = await anext(events)
    assert stream.listener is not None
    stream.listener.take("b")

    assert [first, await anext(events)] == ["a", "b"]


async def test_a_queue_is_ready_again_once_its_event_is_read() -> None:
    queue = EventQueue()

    ready = [queue.is_ready]
    queue.take("a")
    ready.append(queue.is_ready)
    event = await queue.next()

    assert [*ready, queue.is_ready] == [True, False, True]
    assert event == "a"


async def test_an_event_for_a_queue_that_is_not_ready_replaces_the_one_before() -> None:
    queue = EventQueue()
    queue.take("delta")
    queue.take("snapshot")

    assert await queue.next() == "snapshot"
    assert queue.is_ready


async def test_the_error_of_a_stream_comes_after_its_last_event() -> None:
    stream = Stream()
    events = events_of(stream.join, first="a")
    await anext(events)
    assert stream.listener is not None
    stream.listener.take("b")
    stream.listener.end(ZeroDivisionError())

    assert await anext(events) == "b"
    with pytest.raises(ZeroDivisionError):
        await anext(events)
    assert stream.listener is None


@pytest.mark.parametrize("cancel", [False, True])
async def test_the_end_of_the_generator_leaves_the_stream(cancel: bool) -> None:
    stream = Stream()
    events = events_of(stream.join, first="a")
    await anext(events)

    if cancel:
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    else:
        await events.aclose()

    assert stream.listener is None


async def test_a_stream_that_cannot_be_joined_raises_its_error() -> None:
    async def join(_listener: Listener) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await anext(events_of(join))


async def test_a_queue_leaves_by_the_function_that_the_stream_gave_last() -> None:
    queue = EventQueue()
    left: list[str] = []

    def leave(name: str) -> Callable[[Listener], None]:
        return lambda _: left.append(name)

    queue.on_leave(leave("first"))
    queue.on_leave(leave("second"))
    queue.leave()

    assert left == ["second"]
