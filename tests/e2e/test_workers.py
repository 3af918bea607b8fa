"""Several workers on one socket: renewed under load without a failed request, and replaced when they die."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.raw_http import Line
from tests.serving import ROOT, Served, served

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
BODY = b'{"query":"{ viewer { user { id } } leaderboard { total } }"}'
HEAD = b"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
ASKING = HEAD % len(BODY) + BODY
KEPT, FRESH = 8, 4


def workers_of(running: Served) -> list[int]:
    """The processes of a supervisor's workers."""
    pid = running.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_said(running: Served, word: str) -> bool:
    return any(word in line for line in running.lines)


async def until(true: Callable[[], bool], patience_s: float = 40) -> None:
    async with asyncio.timeout(patience_s):
        while not true():
            await asyncio.sleep(0.05)


async def connected(port: int) -> Line:
    return Line(*await asyncio.open_connection("127.0.0.1", port))


async def load(port: int, over: asyncio.Event, *, keeps: bool) -> int:
    """Ask again and again, and retry nothing; return how many answers there were."""
    answers = 0
    line = await connected(port)
    while not over.is_set():
        await line.send(ASKING)
        answer = await line.answer()
        assert (answer.status, b'"data"' in answer.body) == (200, True), answer
        answers += 1
        if not keeps or answer.headers.get("connection") == "close":
            line.writer.close()
            line = await connected(port)
        await asyncio.sleep(0.005)
    line.writer.close()
    return answers


async def test_workers_are_renewed_one_by_one_and_no_request_fails(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    servers = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "QUESTPATH_DRAIN_GRACE_S": "0.5"}
    with served(tmp_path, "--workers", "2", **servers) as running:
        port = int(running.url.rpartition(":")[2])
        over = asyncio.Event()
        before = workers_of(running)
        loads = [asyncio.create_task(load(port, over, keeps=n < KEPT)) for n in range(KEPT + FRESH)]
        await asyncio.sleep(0.5)

        running.process.send_signal(signal.SIGHUP)
        await until(lambda: any('"rolled"' in line for line in running.lines))
        after = workers_of(running)
        over.set()
        answers = await asyncio.gather(*loads)
        code = running.stop(signal.SIGTERM)

    assert len(before) == len(after) == 2
    assert not set(before) & set(after)
    assert min(answers) > 10
    assert code == 0
    assert not any("cut_off" in line or "Traceback" in line for line in running.lines)


async def test_a_worker_that_dies_is_replaced(database_url: str, redis_url: str, tmp_path: Path) -> None:
    with served(tmp_path, "--workers", "2", DATABASE_URL=database_url, REDIS_URL=redis_url) as running:
        victim, survivor = workers_of(running)

        os.kill(victim, signal.SIGKILL)
        await until(lambda: len(workers_of(running)) == 2 and victim not in workers_of(running))
        remaining = workers_of(running)
        code = running.stop(signal.SIGTERM)

    assert survivor in remaining
    assert any("worker_died" in line for line in running.lines)
    assert code == 0


async def test_workers_end_when_their_supervisor_is_gone(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    with served(tmp_path, "--workers", "2", DATABASE_URL=database_url, REDIS_URL=redis_url) as running:
        workers = workers_of(running)

        running.process.kill()
        await until(lambda: not any(_is_alive(worker) for worker in workers))
        running.stop()


def test_more_than_one_worker_without_redis_refuses_to_start(tmp_path: Path) -> None:
    failed = subprocess.run(
        [sys.executable, "-m", "gateway.cli", "serve", "--workers", "2"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert failed.returncode == 2
    assert failed.stderr.startswith("questpath: REDIS_URL must be set")
    assert failed.stderr.count("\n") == 1


async def test_a_process_drains_at_sigterm_and_ends_at_once_at_the_second(
    database_url: str, tmp_path: Path
) -> None:
    with served(tmp_path, DATABASE_URL=database_url, QUESTPATH_DRAIN_GRACE_S="0") as running:
        line = await connected(int(running.url.rpartition(":")[2]))
        await line.send(ASKING[:-1])
        await asyncio.sleep(0.2)
        running.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        is_draining = running.process.poll() is None
        began = time.monotonic()

        code = running.stop(signal.SIGTERM)

        assert is_draining
        assert time.monotonic() - began < 5
        assert code == 1
        line.writer.close()


async def test_a_request_in_flight_is_answered_before_the_end(database_url: str, tmp_path: Path) -> None:
    with served(tmp_path, DATABASE_URL=database_url, QUESTPATH_DRAIN_GRACE_S="0") as running:
        line = await connected(int(running.url.rpartition(":")[2]))
        await line.send(ASKING[:-1])
        await asyncio.sleep(0.2)
        running.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.3)
        await line.send(ASKING[-1:])
        answer = await line.answer()
        line.writer.close()
        code = running.stop(signal.SIGCONT)

    assert (answer.status, answer.headers["connection"]) == (200, "close")
    assert code == 0
    assert any('"operation"' in line for line in running.lines)


def _is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False
