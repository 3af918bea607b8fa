"""Signals: notices of a change, sent after the commit. They carry ids and versions, never data."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress
from typing import Protocol

from domain.entities import entity


@entity
class Signal:
    """A notice on a topic; `topic` is like `board:GLOBAL:ALL_TIME`, `body` an id or a version."""

    topic: str
    body: str


class Signals(Protocol):
    """A bus between the writers and the open subscriptions of every process."""

    async def publish(self, signals: list[Signal]) -> None:
        """Send the signals; a bus that is lost drops them, and receivers re-read on their next tick."""

    def listen(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[Signal]]:
        """Receive every signal of `topic` sent after the block was entered.

        The queue is bounded: a slow receiver loses the oldest signals, which is harmless because a signal only says
        "read again".
        """


async def newest(signals: AsyncIterator[Signal], *, within: float) -> Signal | None:
    """Wait up to `within` seconds for a signal; return the newest that has arrived, or None."""
    latest = None
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            latest = await anext(signals)
    with suppress(TimeoutError):
        async with asyncio.timeout(
            0
        ):  # expires at the end of the queue, where the next signal has to be awaited
            async for signal in signals:
                latest = signal
    return latest
