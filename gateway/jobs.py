"""Background jobs of a gateway process: they outlive errors, and end with the process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

from domain import submitting
from domain.work import Meter
from resolvers import projector
from resolvers.context import Ports

SWEEP_EVERY_S = 10.0
SWEEP_BATCH = 20
_log = structlog.get_logger("gateway.jobs")


@asynccontextmanager
async def running(ports: Ports) -> AsyncIterator[None]:
    """Run the jobs inside the block."""
    tasks = [
        asyncio.create_task(
            projector.run(ports.open_work, ports.signals, now=ports.now, complain=_complaint("projector"))
        ),
        asyncio.create_task(sweep_attempts(ports, _complaint("sweeper"))),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def sweep_attempts(ports: Ports, complain: Callable[[Exception, float], None]) -> None:
    """Expire attempts whose deadline passed while nobody looked, until cancelled."""
    while True:
        expired = 0
        try:
            async with ports.open_work(Meter()) as work:
                expired = await submitting.expire_overdue(
                    work, mint=ports.mint, now=ports.now(), limit=SWEEP_BATCH
                )
        except Exception as error:  # noqa: BLE001 - a job outlives whatever its database does
            complain(error, SWEEP_EVERY_S)
        if expired < SWEEP_BATCH:
            await asyncio.sleep(SWEEP_EVERY_S)


def _complaint(job: str) -> Callable[[Exception, float], None]:
    def complain(error: Exception, retry_s: float) -> None:
        _log.warning("job_failed", job=job, error=type(error).__name__, retry_s=retry_s, exc_info=error)

    return complain
