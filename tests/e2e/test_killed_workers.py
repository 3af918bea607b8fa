"""Workers that are killed with SIGKILL while they run jobs: no job is lost, and no effect happens twice.

The whole measure takes minutes and prints its figures:

    KILLED_WORKERS_JOBS=10000 KILLED_WORKERS_KILLS=50 pytest -q -s tests/e2e/test_killed_workers.py
"""

import asyncio
import os
import random
from collections import Counter
from pathlib import Path

import asyncpg
import pytest

from tests.support.servers.job_worker import EFFECT, EFFECT_IN_STEPS, EFFECTS
from tests.support.servers.job_worker_processes import WorkerProcess, queue

JOBS = int(os.environ.get("KILLED_WORKERS_JOBS", "2000"))
KILLS = int(os.environ.get("KILLED_WORKERS_KILLS", "10"))
pytestmark = [pytest.mark.slow, pytest.mark.timeout(60 + JOBS // 10 + 12 * KILLS)]
WORKERS = 2
LONGEST_SLEEP_S = 0.8
_PENDING = "SELECT count(*) FROM jobs WHERE queue = 'effects' AND finished_at IS NULL"
_ENTRIES = "SELECT count(*) FROM pgqueuer WHERE entrypoint LIKE 'effect%'"
_STATES = "SELECT state, count(*) FROM jobs WHERE queue = 'effects' GROUP BY state"
_EFFECTS = "SELECT number, count(*) FROM effects GROUP BY number"


async def all_ended(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Wait until all jobs have ended, and their places in the queue are gone."""
    while await connection.fetchval(_PENDING) or await connection.fetchval(_ENTRIES):
        await asyncio.sleep(0.2)


async def test_killed_workers_lose_no_job_and_double_no_effect(database_url: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(EFFECTS)
    in_steps = JOBS // 10
    await queue(database_url, EFFECT_IN_STEPS, range(in_steps))
    await queue(database_url, EFFECT, range(in_steps, JOBS))
    workers = [WorkerProcess(database_url, tmp_path) for _ in range(WORKERS)]

    try:
        for worker in workers:
            await asyncio.to_thread(worker.wait_ready)
        for _ in range(KILLS):
            await asyncio.sleep(random.uniform(0, LONGEST_SLEEP_S))
            victim = random.randrange(WORKERS)
            workers[victim].kill()
            workers[victim] = WorkerProcess(database_url, tmp_path)
            await asyncio.to_thread(workers[victim].wait_ready)
        still_waiting = await connection.fetchval(_PENDING)
        await all_ended(connection)
    finally:
        for worker in workers:
            worker.kill()

    taken_over = await connection.fetchval("SELECT count(*) FROM jobs WHERE queue = 'effects' AND run > 1")
    states = dict(await connection.fetch(_STATES))
    effects = Counter(dict(await connection.fetch(_EFFECTS)))
    await connection.close()
    print(f"{JOBS} jobs, {KILLS} kills, {taken_over} runs taken over, {still_waiting} left after the kills")  # noqa: T201 - figures for people, with -s
    assert states == {"SUCCEEDED": JOBS}
    assert effects == Counter(range(JOBS))
    assert taken_over >= KILLS
