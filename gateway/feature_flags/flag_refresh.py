"""Flag refresh: reads the rules of feature flags at start, on each signal, and once a second."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.feature_flags.flags import TOPIC
from domain.signals import newest
from domain.unit_of_work import Meter
from gateway.telemetry.job_failures import JobFailures
from resolvers.context import Ports

READ_EVERY_S = 1.0
"""How often rules are read without a signal: commands send none, and one may be lost."""


async def read(ports: Ports) -> None:
    """Go by the rules that are stored now."""
    async with ports.open_reads(Meter()) as reads:
        ports.flags.show(await reads.flag_rules.all())


@asynccontextmanager
async def running(ports: Ports) -> AsyncIterator[None]:
    """Keep the flags of the process in step inside the block; they are read before it begins, if Postgres answers."""
    report_failure = JobFailures("feature_flags")
    try:
        await read(ports)
    except Exception as error:  # noqa: BLE001 - without a database no operation works anyway, and the job reads again
        report_failure(error, READ_EVERY_S)
    following = asyncio.create_task(_follow(ports, report_failure))
    try:
        yield
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def _follow(ports: Ports, report_failure: JobFailures) -> None:
    """Read until cancelled; a failure is told once for each outage, and the rules stay as they were."""
    has_failed = False
    async with ports.signals.listen(TOPIC) as signals:
        while True:
            await newest(signals, within=READ_EVERY_S)
            try:
                await read(ports)
                has_failed = False
            except Exception as error:  # noqa: BLE001 - the job survives any failure of its database
                if not has_failed:
                    report_failure(error, READ_EVERY_S)
                has_failed = True
