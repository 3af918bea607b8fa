"""The job that anonymises accounts whose grace is over; any number of processes may run it at once."""

import asyncio
from collections.abc import Callable

from domain import erasing
from domain.work import Meter
from resolvers.context import Ports

ERASE_EVERY_S = 60.0


async def erase_accounts(ports: Ports, complain: Callable[[Exception, float], None]) -> None:
    """Anonymise what is due until cancelled, one account a transaction."""
    while True:
        try:
            while await erase_one(ports):
                pass
        except Exception as error:  # noqa: BLE001 - a job outlives whatever its database does
            complain(error, ERASE_EVERY_S)
        await asyncio.sleep(ERASE_EVERY_S)


async def erase_one(ports: Ports) -> bool:
    """Anonymise one account whose grace is over; tells whether there was one."""
    async with ports.open_work(Meter()) as work:
        erased = await erasing.erase_one(work, now=ports.now(), mint=ports.mint, randomness=ports.randomness)
    return erased is not None
