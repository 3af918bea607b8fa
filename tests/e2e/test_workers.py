"""Workers on one socket: renewed under load without a failed request, and replaced when they die or hang."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from tests.support.clients.raw_http import RawConnection
from tests.support.patience import PATIENCE_S
from tests.support.servers.gateway import ROOT, ServerProcess, running_gateway
from tests.support.servers.supervised import worker_ids

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
BODY = b'{"query":"{ viewer { user { id } } leaderboard { total } }"}'
HEAD = b"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
REQUEST = HEAD % len(BODY) + BODY
KEPT, FRESH = 8, 4
LONG_DRAIN_S = 90


BLOCK_AT_SIGUSR1 = """
import signal, time
signal.signal(signal.SIGUSR1, lambda *_: time.sleep(600))
"""


def workers_of(running: ServerProcess) -> list[int]:
    """Return the process ids of those that serve; the first child of development runs jobs."""
    return worker_ids(running.process.pid)[1:]


async def wait_for(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.05)


async def connect(port: int) -> RawConnection:
    return RawConnection(*await asyncio.open_connection("127.0.0.1", port))


async def begin_request(port: int) -> RawConnection:
    """Send a request except its last byte; the server has read it when it answers a later connection."""
    begun = await connect(port)
    await begun.send(REQUEST[:-1])
    later = await connect(port)
    await later.send(REQUEST)
    assert (await later.response()).status == 200
    later.writer.close()
    return begun


async def drains(port: int) -> None:
    """Wait until a server that drains without grace takes no more connections."""
    async with asyncio.timeout(PATIENCE_S):
        with contextlib.suppress(ConnectionRefusedError):
            while True:
                (await connect(port)).writer.close()
                await asyncio.sleep(0.05)


async def load(port: int, over: asyncio.Event, *, keeps: bool) -> int:
    """Send one request after another without retries; return the number of responses."""
    responses = 0
    connection = await connect(port)
    while not over.is_set():
        await connection.send(REQUEST)
        response = await connection.response()
        assert (response.status, b'"data"' in response.body) == (200, True), response
        responses += 1
        if not keeps or response.headers.get("connection") == "close":
            connection.writer.close()
            connection = await connect(port)
        await asyncio.sleep(0.005)
    connection.writer.close()
    return responses


async def test_workers_are_replaced_one_by_one_and_no_request_fails(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    servers = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "QUESTPATH_DRAIN_GRACE_S": "0.5"}
    with running_gateway(tmp_path, "--workers", "2", **servers) as running:
        port = int(running.url.rpartition(":")[2])
        over = asyncio.Event()
        before = workers_of(running)
        loads = [asyncio.create_task(load(port, over, keeps=n < KEPT)) for n in range(KEPT + FRESH)]
        await asyncio.sleep(0.5)

        running.process.send_signal(signal.SIGHUP)
        await wait_for(lambda: running.has_logged('"rolled"'))
        after = workers_of(running)
        over.set()
        responses = await asyncio.gather(*loads)
        code = running.stop(signal.SIGTERM)

    assert len(before) == len(after) == 2
    assert not set(before) & set(after)
    assert min(responses) > 10
    assert code == 0
    assert not any("cut_off" in line or "Traceback" in line for line in running.lines)


async def test_a_worker_that_dies_is_replaced(database_url: str, redis_url: str, tmp_path: Path) -> None:
    with running_gateway(
        tmp_path, "--workers", "2", DATABASE_URL=database_url, REDIS_URL=redis_url
    ) as running:
        victim, survivor = workers_of(running)

        os.kill(victim, signal.SIGKILL)
        await wait_for(lambda: len(workers_of(running)) == 2 and victim not in workers_of(running))
        remaining = workers_of(running)
        code = running.stop(signal.SIGTERM)

    assert survivor in remaining
    assert running.has_logged("worker_died")
    assert code == 0


async def test_a_worker_whose_event_loop_is_blocked_is_replaced(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(BLOCK_AT_SIGUSR1)
    environment = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
    }
    with running_gateway(tmp_path, "--workers", "2", **environment) as running:
        victim, survivor = workers_of(running)

        os.kill(victim, signal.SIGUSR1)
        await wait_for(lambda: len(workers_of(running)) == 2 and victim not in workers_of(running))
        remaining = workers_of(running)
        code = running.stop(signal.SIGTERM)

    assert survivor in remaining
    assert running.has_logged("worker_killed")
    assert running.has_logged("worker_died")
    assert code == 0


async def test_workers_end_when_their_supervisor_is_gone(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    with running_gateway(
        tmp_path, "--workers", "2", DATABASE_URL=database_url, REDIS_URL=redis_url
    ) as running:
        workers = worker_ids(running.process.pid)

        running.process.kill()
        await wait_for(lambda: not any(_is_alive(worker) for worker in workers))
        running.stop()


async def test_development_runs_jobs_in_one_process_beside_the_others(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    connection = await asyncpg.connect(database_url)
    with running_gateway(
        tmp_path, "--workers", "2", DATABASE_URL=database_url, REDIS_URL=redis_url
    ) as running:
        async with asyncio.timeout(30):
            while not (workers := await connection.fetchval("SELECT count(*) FROM job_workers")):
                await asyncio.sleep(0.1)
        children = worker_ids(running.process.pid)
        code = running.stop(signal.SIGTERM)
    left = await connection.fetchval("SELECT count(*) FROM job_workers")
    await connection.close()

    assert (workers, len(children), left, code) == (1, 3, 0, 0)
    assert not any(_is_alive(child) for child in children)


def test_more_than_one_worker_without_redis_refuses_to_start(tmp_path: Path) -> None:
    failed = subprocess.run(
        [sys.executable, "-m", "gateway.cli", "serve", "--workers", "2"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )

    assert failed.returncode == 2
    assert failed.stderr.startswith("questpath: REDIS_URL must be set")
    assert failed.stderr.count("\n") == 1


async def test_a_process_drains_at_sigterm_and_ends_at_once_at_the_second(
    database_url: str, tmp_path: Path
) -> None:
    environment = {"QUESTPATH_DRAIN_GRACE_S": "0", "QUESTPATH_DRAIN_S": str(LONG_DRAIN_S)}
    with running_gateway(tmp_path, DATABASE_URL=database_url, **environment) as running:
        port = int(running.url.rpartition(":")[2])
        connection = await begin_request(port)
        running.process.send_signal(signal.SIGTERM)
        await drains(port)
        is_draining = running.process.poll() is None
        began = time.monotonic()

        code = running.stop(signal.SIGTERM)

        assert is_draining
        assert time.monotonic() - began < LONG_DRAIN_S / 2
        assert code == 1
        connection.writer.close()


async def test_a_request_in_flight_is_answered_before_the_end(database_url: str, tmp_path: Path) -> None:
    with running_gateway(tmp_path, DATABASE_URL=database_url, QUESTPATH_DRAIN_GRACE_S="0") as running:
        port = int(running.url.rpartition(":")[2])
        connection = await begin_request(port)
        running.process.send_signal(signal.SIGTERM)
        await drains(port)
        await connection.send(REQUEST[-1:])
        response = await connection.response()
        connection.writer.close()
        code = running.stop(signal.SIGCONT)

    assert (response.status, response.headers["connection"]) == (200, "close")
    assert code == 0
    assert running.has_logged('"operation"')


def _is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False
