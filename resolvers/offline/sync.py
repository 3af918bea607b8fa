"""Resolvers of synchronisation."""

from collections.abc import Sequence
from typing import Protocol

from domain.offline import sync
from domain.offline.events import GivenEvent, SyncedEvent
from resolvers.context import Context


class SentEvent(Protocol):
    """An event, as a client sends it."""

    def given(self) -> GivenEvent:
        """Return the event."""


async def sync_batch(context: Context, *, device_id: str, events: Sequence[SentEvent]) -> list[SyncedEvent]:
    """Apply events of one of the caller's devices."""
    async with context.open_work() as work:
        return await sync.sync(
            work,
            context.act(),
            context.ports.schedulers,
            device_id=device_id,
            events=[each.given() for each in events],
        )
