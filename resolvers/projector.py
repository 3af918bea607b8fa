"""The job that brings XP from the ledger to the boards; any number of processes may run it at once."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from domain import boards_projection, xp
from domain.boards_projection import BATCH
from domain.signals import Signals, newest
from domain.work import Meter, OpenWork

LONGEST_PAUSE_S = 10.0


async def run(
    open_work: OpenWork,
    signals: Signals,
    *,
    now: Callable[[], datetime],
    complain: Callable[[Exception, float], None],
    tick_s: float = 0.5,
    pause_s: float = 0.25,
    batch: int = BATCH,
) -> None:
    """Project until cancelled: on each signal of new XP, and every `tick_s` seconds in case one was lost.

    Batches are at least `pause_s` apart, so that a burst of awards costs the boards a few versions and not one an
    award. After an error `complain` is told of it and of the seconds until the next try, which double up to ten.
    """
    failures = 0
    async with signals.listen(xp.TOPIC) as heard:
        while True:
            try:
                async with open_work(Meter()) as work:
                    applied = await boards_projection.project(
                        work.boards_projection, now=now(), emit=work.emit, limit=batch
                    )
            except Exception as error:  # noqa: BLE001 - a job outlives whatever its database does
                seconds = min(LONGEST_PAUSE_S, tick_s * 2**failures)
                failures = min(failures + 1, 16)
                complain(error, seconds)
                await asyncio.sleep(seconds)
                continue
            failures = 0
            await asyncio.sleep(pause_s)
            if applied < batch:
                await newest(heard, within=tick_s)
