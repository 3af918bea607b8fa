"""Leaderboard projection: the job that adds new XP to the leaderboards. Several processes may run it."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from domain.gamification import leaderboard_projection, xp
from domain.gamification.leaderboard_projection import BATCH
from domain.signals import Signals, newest
from domain.unit_of_work import Meter
from domain.work import OpenWork

LONGEST_PAUSE_S = 10.0
SHOW_EVERY_S = 10.0


async def run(
    open_work: OpenWork,
    signals: Signals,
    *,
    now: Callable[[], datetime],
    report_failure: Callable[[Exception, float], None],
    tick_s: float = 0.5,
    pause_s: float = 0.25,
    batch: int = BATCH,
) -> None:
    """Project until cancelled: on each signal of new XP, and every `tick_s` seconds in case one was lost.

    Batches are at least `pause_s` apart, so that a burst of awards costs the boards a few versions, not one for each
    award. After an error `report_failure` gets it and the seconds until the next try, which double up to ten.
    """
    failures = 0
    async with signals.listen(xp.TOPIC) as new_xp:
        while True:
            try:
                async with open_work(Meter()) as work:
                    applied = await leaderboard_projection.project(
                        work.boards_projection, now=now(), emit=work.emit, limit=batch
                    )
            except Exception as error:  # noqa: BLE001 - the job survives any failure of its database
                seconds = min(LONGEST_PAUSE_S, tick_s * 2**failures)
                failures = min(failures + 1, 16)
                report_failure(error, seconds)
                await asyncio.sleep(seconds)
                continue
            failures = 0
            await asyncio.sleep(pause_s)
            if applied < batch:
                await newest(new_xp, within=tick_s)


async def show_lapsed(
    open_work: OpenWork, *, now: Callable[[], datetime], report_failure: Callable[[Exception, float], None]
) -> None:
    """Show learners on the boards again whose suspension has ended by itself, until cancelled."""
    while True:
        try:
            async with open_work(Meter()) as work:
                await leaderboard_projection.show_lapsed(work.boards_projection, now=now(), emit=work.emit)
        except Exception as error:  # noqa: BLE001 - the job survives any failure of its database
            report_failure(error, SHOW_EVERY_S)
        await asyncio.sleep(SHOW_EVERY_S)
