"""Signals: the word that something changed, sent after the commit. They carry ids and versions, never data."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress
from typing import Protocol

from domain.entities import entity


@entity
class Signal:
    """One word on one topic; `topic` is like `board:GLOBAL:ALL_TIME`, `body` an id or a version."""

    topic: str
    body: str


class Signals(Protocol):
    """A bus between the writers and the open subscriptions of every process."""

    async def publish(self, signals: list[Signal]) -> None:
        """Send the signals; a bus that is gone loses them, and receivers re-read on their next tick."""

    def listen(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[Signal]]:
        """Hear every signal of `topic` sent after the block was entered.

        The queue behind it is bounded: where a receiver is slow, older signals give way to newer ones,
        which is harmless because a signal only says "read again".
        """


async def newest(heard: AsyncIterator[Signal], *, within: float) -> Signal | None:
    """Wait up to `within` seconds for a signal, then return the newest of those that have arrived, if any."""
    latest = None
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            latest = await anext(heard)
    with suppress(TimeoutError):
        async with asyncio.timeout(0):  # strikes at the end of the queue, the first moment that has to wait
            async for signal in heard:
                latest = signal
    return latest
