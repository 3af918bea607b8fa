"""Progress checks: the loop that pays reached daily targets and completes reached goals, in any process."""

import asyncio
from collections.abc import Callable

from domain.acts import by_platform
from domain.gamification import xp
from domain.ids import UserId
from domain.learning import goal_completion
from domain.signals import newest
from domain.unit_of_work import Meter
from resolvers.context import Ports

LOOK_EVERY_S = 1.0
"""How often a process looks for checks, in seconds, in case the signal of new XP was lost."""
PAUSE_S = 0.25
BATCH = 50
"""How many learners are read at once; each has a transaction of their own."""
_RETRY_S = 5.0


async def run(ports: Ports, report_failure: Callable[[Exception, float], None]) -> None:
    """Check until cancelled: on each signal of new XP, and once a second."""
    async with ports.signals.listen(xp.TOPIC) as new_xp:
        while True:
            try:
                checked = await once(ports, report_failure)
            except Exception as error:  # noqa: BLE001 - the loop survives any failure of its database
                report_failure(error, _RETRY_S)
                await asyncio.sleep(_RETRY_S)
                continue
            await asyncio.sleep(PAUSE_S)
            if checked < BATCH:
                await newest(new_xp, within=LOOK_EVERY_S)


async def once(ports: Ports, report_failure: Callable[[Exception, float], None]) -> int:
    """Check the next learners, and return how many; while there are none, this is one read.

    A check that fails is postponed, so that it does not stop those of others.
    """
    async with ports.open_reads(Meter()) as reads:
        waiting = await reads.progress_checks.waiting(now=ports.now(), limit=BATCH)
    for user_id in waiting:
        try:
            await _check(ports, user_id)
        except Exception as error:  # noqa: BLE001 - a defect in the data of one learner
            wait = goal_completion.POSTPONED
            report_failure(error, wait.total_seconds())
            async with ports.open_work(Meter()) as work:
                await work.progress_checks.postpone(user_id, until=ports.now() + wait)
    return len(waiting)


async def _check(ports: Ports, user_id: UserId) -> None:
    act = by_platform(now=ports.now(), mint=ports.mint)
    async with ports.open_work(Meter()) as work:
        await goal_completion.check(work, act, user_id)
