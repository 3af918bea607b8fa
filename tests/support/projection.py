"""The job that projects XP onto the leaderboards, in a test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from gateway.jobs import leaderboard_projection
from tests.builders.leaderboards import MONDAY


class Failures(list[tuple[Exception, float]]):
    """The failures that the job reports, each with the pause before the next run."""

    def __call__(self, error: Exception, seconds: float) -> None:
        self.append((error, seconds))


@asynccontextmanager
async def projecting(open_work: Any, signals: Any, **options: Any) -> AsyncIterator[Failures]:
    failures = Failures()
    task = asyncio.create_task(
        leaderboard_projection.run(open_work, signals, now=lambda: MONDAY, report_failure=failures, **options)
    )
    try:
        yield failures
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
