"""Fan-out: events that were noted become deliveries, each with a job, within a second."""

import asyncio
from collections.abc import Callable

from domain.acts import by_platform
from domain.unit_of_work import Meter
from domain.webhooks import delivery_jobs
from resolvers.context import Ports

LOOK_EVERY_S = 1.0
"""How often a worker looks for new events, in seconds."""
BATCH = 200
"""How many events become deliveries in one transaction."""
_RETRY_S = 5.0


async def run(ports: Ports, report_failure: Callable[[Exception, float], None]) -> None:
    """Fan out until cancelled; several workers take different events."""
    while True:
        try:
            taken = await once(ports)
        except Exception as error:  # noqa: BLE001 - the loop survives any failure of its database
            report_failure(error, _RETRY_S)
            await asyncio.sleep(_RETRY_S)
            continue
        if taken < BATCH:
            await asyncio.sleep(LOOK_EVERY_S)


async def once(ports: Ports) -> int:
    """Fan out the next events, and return how many; while there are none, this is one read."""
    async with ports.open_reads(Meter()) as reads:
        if not await reads.webhook_events.wait():
            return 0
    act = by_platform(now=ports.now(), mint=ports.mint)
    async with ports.open_work(Meter()) as work:
        return await delivery_jobs.fan_out(work, act, limit=BATCH)
