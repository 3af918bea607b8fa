"""Background jobs of a gateway process: they survive errors, and end with the process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from domain.assessment import attempt_expiry
from domain.study import study_end
from domain.unit_of_work import Meter
from gateway.authentication.revocations import POLL_EVERY_S, Revocations
from gateway.jobs import leaderboard_projection, progress_checks
from gateway.telemetry.job_failures import JobFailures
from resolvers.context import Ports

SWEEP_EVERY_S = 10.0
SWEEP_BATCH = 20


@asynccontextmanager
async def running(ports: Ports, revocations: Revocations) -> AsyncIterator[None]:
    """Run the jobs inside the block. Earlier revocations are read before it is entered, if Postgres responds."""
    report_failure = JobFailures("revocations")
    try:
        await revocations.read(ports)
    except Exception as error:  # noqa: BLE001 - without a database every operation fails anyway, and the job reads again
        report_failure(error, POLL_EVERY_S)
    tasks = [
        asyncio.create_task(
            leaderboard_projection.run(
                ports.open_work, ports.signals, now=ports.now, report_failure=JobFailures("projector")
            )
        ),
        asyncio.create_task(
            leaderboard_projection.show_lapsed(
                ports.open_work, now=ports.now, report_failure=JobFailures("restoring")
            )
        ),
        asyncio.create_task(revocations.hear(ports.signals)),
        asyncio.create_task(ports.public_nodes.hear(ports.signals)),
        asyncio.create_task(revocations.poll(ports, report_failure)),
        asyncio.create_task(sweep_attempts(ports, JobFailures("sweeper"))),
        asyncio.create_task(progress_checks.run(ports, JobFailures("progress"))),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def sweep_attempts(ports: Ports, report_failure: Callable[[Exception, float], None]) -> None:
    """Expire overdue attempts, release withheld results and end idle study sessions, until cancelled."""
    while True:
        expired = released = ended = 0
        try:
            async with ports.open_work(Meter()) as work:
                expired = await attempt_expiry.expire_overdue(
                    work, mint=ports.mint, now=ports.now(), limit=SWEEP_BATCH
                )
            released = await attempt_expiry.release_withheld(
                lambda: ports.open_work(Meter()), mint=ports.mint, now=ports.now(), limit=SWEEP_BATCH
            )
            async with ports.open_work(Meter()) as work:
                ended = await study_end.end_idle(work, now=ports.now(), limit=SWEEP_BATCH)
        except Exception as error:  # noqa: BLE001 - the job survives any failure of its database
            report_failure(error, SWEEP_EVERY_S)
        if max(expired, released, ended) < SWEEP_BATCH:
            await asyncio.sleep(SWEEP_EVERY_S)
