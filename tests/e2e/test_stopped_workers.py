"""A worker of jobs that hangs: its jobs are taken over, and happen once though it goes on later."""

import asyncio
import os
import signal
from collections import Counter
from pathlib import Path

import asyncpg
import pytest

from tests.support.patience import PATIENCE_S
from tests.support.servers.job_worker import EFFECT, EFFECTS
from tests.support.servers.job_worker_processes import WorkerProcess, queue

JOBS = 200
_PENDING = "SELECT count(*) FROM jobs WHERE queue = 'effects' AND finished_at IS NULL"
_ENTRIES = "SELECT count(*) FROM pgqueuer WHERE entrypoint LIKE 'effect%'"
_STATES = "SELECT state, count(*) FROM jobs WHERE queue = 'effects' GROUP BY state"
_EFFECTS = "SELECT number, count(*) FROM effects GROUP BY number"
_TAKEN_OVER = "SELECT count(*) FROM jobs WHERE queue = 'effects' AND run > 1"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(10 * PATIENCE_S)]


async def test_jobs_of_a_worker_that_hangs_are_taken_over_and_happen_once(
    database_url: str, tmp_path: Path
) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(EFFECTS)
    hanging, other = (WorkerProcess(database_url, tmp_path) for _ in range(2))
    try:
        await asyncio.to_thread(hanging.wait_ready)
        await queue(database_url, EFFECT, range(JOBS))
        while await connection.fetchval("SELECT count(*) FROM effects") < 1:
            await asyncio.sleep(0.05)

        os.kill(hanging.process.pid, signal.SIGSTOP)
        await asyncio.to_thread(other.wait_ready)
        while await connection.fetchval(_PENDING):
            await asyncio.sleep(0.2)
        taken_over = await connection.fetchval(_TAKEN_OVER)
        os.kill(hanging.process.pid, signal.SIGCONT)
        while await connection.fetchval(_ENTRIES):
            await asyncio.sleep(0.2)
        await asyncio.sleep(1)
    finally:
        os.kill(hanging.process.pid, signal.SIGCONT)
        hanging.kill()
        other.kill()

    states = dict(await connection.fetch(_STATES))
    effects = Counter(dict(await connection.fetch(_EFFECTS)))
    await connection.close()
    assert states == {"SUCCEEDED": JOBS}
    assert effects == Counter(range(JOBS))
    assert taken_over >= 1
