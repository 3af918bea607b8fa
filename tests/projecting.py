"""The projector as a job of a test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from resolvers import projector
from tests.builders.leaderboards import MONDAY


class Complaints(list[tuple[Exception, float]]):
    def __call__(self, error: Exception, seconds: float) -> None:
        self.append((error, seconds))


@asynccontextmanager
async def projecting(open_work: Any, signals: Any, **options: Any) -> AsyncIterator[Complaints]:
    complaints = Complaints()
    job = asyncio.create_task(
        projector.run(open_work, signals, now=lambda: MONDAY, complain=complaints, **options)
    )
    try:
        yield complaints
    finally:
        job.cancel()
        with suppress(asyncio.CancelledError):
            await job
