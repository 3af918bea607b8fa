"""Background jobs of a gateway process: they outlive errors, and end with the process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

from domain import submitting, tidying
from domain.mails import Postman
from domain.work import Meter
from gateway.accounts.erasing import erase_accounts
from gateway.accounts.mailing import send_mails
from gateway.accounts.revocations import POLL_EVERY_S, Revocations
from resolvers import projector
from resolvers.context import Ports

SWEEP_EVERY_S = 10.0
SWEEP_BATCH = 20
TIDY_EVERY_S = 3_600.0
_log = structlog.get_logger("gateway.processes.jobs")


@asynccontextmanager
async def running(
    ports: Ports, revocations: Revocations, postman: Postman | None = None
) -> AsyncIterator[None]:
    """Run the jobs inside the block; what was revoked before is known when it is entered, if Postgres answers."""
    complain = _complaint("revocations")
    try:
        await revocations.read(ports)
    except Exception as error:  # noqa: BLE001 - without a database nothing is answered, and the job reads again
        complain(error, POLL_EVERY_S)
    tasks = [
        asyncio.create_task(
            projector.run(ports.open_work, ports.signals, now=ports.now, complain=_complaint("projector"))
        ),
        asyncio.create_task(revocations.hear(ports.signals)),
        asyncio.create_task(revocations.poll(ports, complain)),
        asyncio.create_task(sweep_attempts(ports, _complaint("sweeper"))),
        asyncio.create_task(erase_accounts(ports, _complaint("eraser"))),
        asyncio.create_task(tidy(ports, _complaint("tidying"))),
    ]
    if postman is None:
        _log.warning("mails_wait", reason="QUESTPATH_SMTP_URL is not set")
    else:
        tasks.append(asyncio.create_task(send_mails(ports, postman, _complaint("mailing"))))
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


async def tidy(ports: Ports, complain: Callable[[Exception, float], None]) -> None:
    """Remove what is too old, once an hour until cancelled."""
    while True:
        try:
            async with ports.open_work(Meter()) as work:
                await tidying.tidy(work, now=ports.now())
        except Exception as error:  # noqa: BLE001 - a job outlives whatever its database does
            complain(error, TIDY_EVERY_S)
        await asyncio.sleep(TIDY_EVERY_S)


def _complaint(job: str) -> Callable[[Exception, float], None]:
    def complain(error: Exception, retry_s: float) -> None:
        _log.warning("job_failed", job=job, error=type(error).__name__, retry_s=retry_s, exc_info=error)

    return complain
