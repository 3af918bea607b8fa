"""A worker without jobs as a process of its own: it uses less than one per cent of a core."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.support.servers.job_worker_processes import WorkerProcess

WINDOWS, SECONDS = 3, 8.0
"""It is watched so often and so long; the least counts, because a busy machine makes the same work dearer."""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def cpu_s(process_id: int) -> float:
    """Return the seconds of processor time that a process has used."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def test_an_idle_worker_uses_less_than_a_hundredth_of_a_core(database_url: str, tmp_path: Path) -> None:
    worker = WorkerProcess(database_url, tmp_path, queues="effects,rated,mail")
    try:
        await asyncio.to_thread(worker.wait_ready)
        await asyncio.sleep(3)
        shares = []
        for _ in range(WINDOWS):
            before = cpu_s(worker.process.pid)
            await asyncio.sleep(SECONDS)
            shares.append((cpu_s(worker.process.pid) - before) / SECONDS)
    finally:
        worker.kill()

    share = min(shares)
    print(f"an idle worker of three queues, one with a rate: {share:.2%} of a core")  # noqa: T201 - figures for people, with -s
    assert share < 0.01
