"""The stores that a command works on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from persistence.engine import connect
from persistence.signals import LocalSignals
from persistence.work import Postgres


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Postgres]:
    """Open the stores of a database for the length of the block; nobody else hears of what changes."""
    async with connect(url, largest=2) as database:
        yield Postgres(database, LocalSignals())
