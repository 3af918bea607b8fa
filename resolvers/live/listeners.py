"""Listeners: subscribers of a shared stream, which gives every event to all of them as the same object."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, Protocol


def event_id_of(event: Any) -> str | None:
    """Return the id from which a client that received the event can resume: its version, or None."""
    return getattr(event, "version", None)


def takes_listener(function: Callable[..., Any]) -> bool:
    """Tell whether the function of a stream lets a listener join it; else it is an async generator."""
    return "listener" in inspect.signature(function).parameters


class Listener(Protocol):
    """One subscriber of a shared stream."""

    @property
    def is_ready(self) -> bool:
        """Whether it takes the next event; one that is not ready gets one event later for all that it missed."""

    def take(self, event: Any) -> None:
        """Take an event, without waiting; one that comes while it is not ready replaces the events before it."""

    def end(self, error: Exception) -> None:
        """Take the error with which the stream failed; nothing follows it."""

    def on_leave(self, leave: "Callable[[Listener], None]") -> None:
        """Keep the function that removes it from the stream; the stream may replace the function later."""


class EventQueue:
    """A listener with a queue of one event: it is ready for the next one when that has been read."""

    def __init__(self) -> None:
        self._event: Any = None
        self._error: Exception | None = None
        self._has_news = asyncio.Event()
        self._leave: Callable[[Listener], None] | None = None

    @property
    def is_ready(self) -> bool:
        """Whether the queue is empty."""
        return self._event is None

    def take(self, event: Any) -> None:
        """Keep an event until it is read."""
        self._event = event
        self._has_news.set()

    def end(self, error: Exception) -> None:
        """Keep the error until the event before it is read."""
        self._error = error
        self._has_news.set()

    def on_leave(self, leave: Callable[[Listener], None]) -> None:
        """Keep the function that removes it from the stream."""
        self._leave = leave

    def leave(self) -> None:
        """Leave the stream."""
        if self._leave is not None:
            self._leave(self)

    async def next(self) -> Any:
        """Wait for the next event and return it; raises the error with which the stream failed."""
        await self._has_news.wait()
        event, self._event = self._event, None
        if event is None and self._error is not None:
            raise self._error
        if self._error is None:
            self._has_news.clear()
        return event


async def events_of(
    join: Callable[..., Awaitable[Any]], /, *leading: Any, **arguments: Any
) -> AsyncGenerator[Any, None]:
    """Yield the first event, which `join(*leading, listener, **arguments)` returns, and all that follow it.

    The end of the generator leaves the stream.
    """
    queue = EventQueue()
    try:
        yield await join(*leading, queue, **arguments)
        while True:
            yield await queue.next()
    finally:
        queue.leave()
