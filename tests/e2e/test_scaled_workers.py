"""`questpath worker --min 1 --max 2`: a second worker while jobs wait, one after a quiet time, and none left behind."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import asyncpg
import httpx
import pytest

from tests.support.patience import PATIENCE_S
from tests.support.servers.gateway import ROOT, ServerProcess, free_port, running
from tests.support.servers.job_worker import EFFECT, EFFECTS, QUEUE
from tests.support.servers.job_worker_processes import queue
from tests.support.servers.supervised import worker_ids

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
JOBS = 40
QUICK = """
from datetime import timedelta
from domain.jobs import worker_scales
from gateway.commands import scaled_workers
from gateway.processes import scaled_workers as processes
from tests.support.servers import job_worker
job_worker.add_kinds()
worker_scales.SETTLE, worker_scales.QUIET = timedelta(seconds=1), timedelta(seconds=2)
scaled_workers.LOOK_EVERY_S, processes.RESTART_S = 0.2, 0.1
"""
"""Adds the kinds of the test to the supervisor and its workers, and lets the supervisor decide soon."""


class Supervisor(ServerProcess):
    """A supervisor of one or two workers, two jobs each."""

    ready_word = "QuestPath keeps 1 to 2 workers"

    def __init__(self, folder: Path, **environment: str) -> None:
        command = ["worker", "--min", "1", "--max", "2", "--concurrency", "2", "--queues", QUEUE]
        super().__init__(0, ["tests.support.servers.job_worker", *command], environment, folder)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.1)


async def test_workers_come_with_waiting_jobs_and_go_without(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(QUICK)
    connection = await asyncpg.connect(database_url)
    await connection.execute(EFFECTS)
    metrics = free_port()
    environment = {
        "DATABASE_URL": database_url,
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
        "QUESTPATH_METRICS_PORT": str(metrics),
    }

    with running(Supervisor(tmp_path, **environment)) as supervisor:
        await queue(database_url, EFFECT, range(JOBS))
        await until(lambda: supervisor.has_logged('"workers":2,"before":1'))
        os.kill(worker_ids(supervisor.process.pid)[-1], signal.SIGKILL)
        await until(lambda: supervisor.has_logged("worker_died"))
        await until(lambda: supervisor.has_logged('"workers":1,"before":2'))
        async with httpx.AsyncClient() as client:
            scraped = (await client.get(f"http://127.0.0.1:{metrics}/metrics")).text
        code = await asyncio.to_thread(supervisor.stop, signal.SIGTERM)

    stored = await connection.fetchval("SELECT count(DISTINCT number) FROM effects")
    await connection.close()
    assert code == 0
    assert stored == JOBS
    assert 'questpath_scaled_workers{state="wanted"} 1.0' in scraped
    assert 'questpath_worker_scalings_total{direction="up"} 1.0' in scraped
