"""Job rates: two worker processes begin no more jobs of a kind together than its rate allows, and keep it up."""

import asyncio
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest

from tests.support.servers.job_worker import EFFECT_AT_RATE, EFFECTS
from tests.support.servers.job_worker_processes import WorkerProcess, queue

JOBS = 80
RATE = 20
AT_ONCE = 4
"""A fifth of a second's worth may begin at once."""
LATE_S = 0.2
"""How much later than it was counted a job may be taken from the queue."""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]


async def test_two_workers_hold_one_rate(database_url: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(EFFECTS)
    await queue(database_url, EFFECT_AT_RATE, range(JOBS))
    workers = [WorkerProcess(database_url, tmp_path, queues="rated") for _ in range(2)]
    try:
        for worker in workers:
            await asyncio.to_thread(worker.wait_ready)
        while await connection.fetchval("SELECT count(*) FROM jobs WHERE state <> 'SUCCEEDED'"):
            await asyncio.sleep(0.1)
        hands = await connection.fetch(
            "SELECT created AS at FROM pgqueuer_log WHERE entrypoint = 'effect_at_rate' AND status = 'picked'"
        )
        processes = await connection.fetchval("SELECT count(DISTINCT note) FROM effects")
        rate = await connection.fetchrow("SELECT rate_kind, rate_jobs, rate_seconds FROM job_queues")
    finally:
        for worker in workers:
            worker.kill()
    await connection.close()

    begun: list[datetime] = sorted(row["at"] for row in hands)
    spans = [
        (late - early).total_seconds() for early, late in zip(begun, begun[RATE + AT_ONCE :], strict=False)
    ]
    whole = (begun[-1] - begun[0]).total_seconds()
    print(f"{JOBS} jobs began in {whole:.2f} s; the most crowded {RATE + AT_ONCE + 1} in {min(spans):.2f} s")  # noqa: T201 - figures for people, with -s
    assert (len(begun), processes, tuple(rate or ())) == (JOBS, 2, ("effect_at_rate", RATE, 1))
    assert min(spans) >= 1 - LATE_S
    assert (JOBS - AT_ONCE) / RATE - LATE_S <= whole < 1.5 * JOBS / RATE
