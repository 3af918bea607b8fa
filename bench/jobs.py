"""`python -m bench.jobs`: jobs a second and CPU a job, beside procrastinate on the same Postgres.

Two worker processes, ten jobs at once each, share all processors of the machine with Postgres. Jobs are queued in one
statement while the workers wait; the time runs from then until the last one has ended.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from bench import dataset, job_workers, machine_speed, processes, smoke
from bench.job_workers import EMPTY, OURS, PROCRASTINATE, STORE, BenchArguments
from bench.servers import ServerError
from bench.smoke import MissingFigureError
from domain.acts import by_platform
from domain.jobs import job_starts
from domain.jobs.job_starts import JobRequest
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.databases import embedded_postgres, migrations
from gateway.databases.postgres_binaries import DatabaseUnavailableError
from persistence.database import connect
from persistence.signals import LocalSignals
from persistence.work import Postgres

RESULTS = Path(__file__).parent / "jobs.json"
WORKERS = 2
JOBS, ROUNDS, IDLE_S = 5_000, 3, 30.0
TARGET_PER_S = 1_000
TARGET_IDLE = 0.01
_DATABASE = "bench_jobs"
_WAITING = {
    OURS: "SELECT count(*) FROM jobs WHERE queue = 'bench' AND finished_at IS NULL",
    PROCRASTINATE: "SELECT count(*) FROM procrastinate_jobs",
}
_POSTMASTER = "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"
_LONGEST_S = 300


def main() -> None:
    """Measure both systems in turn, print, and store the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.jobs", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="fifty jobs; check that figures come out")
    arguments = parser.parse_args()
    jobs, rounds, idle_s = (50, 1, 1.0) if arguments.smoke else (JOBS, ROUNDS, IDLE_S)
    with _postgres() as (url, pid):
        print(f"The machine: {machine_speed.measure(url).line()}", flush=True)
        found = {
            name: {system: _measure(system, name, url, pid, jobs, rounds) for system in _WAITING}
            for name in (EMPTY.name, STORE.name)
        }
        idle = _idle_share(url, idle_s)
    figures = {name: by_system | {"ratio": _ratios(by_system)} for name, by_system in found.items()}
    report = figures | {"idle_share": {OURS: idle}}
    print(json.dumps(report, indent=1))
    slowest = min(by_system[OURS]["jobs_per_s"] for by_system in found.values())
    print(f"{slowest:.0f} jobs/s, target {TARGET_PER_S}: {'kept' if slowest >= TARGET_PER_S else 'MISSED'}")
    print(
        f"idle {idle:.2%} of a core, target {TARGET_IDLE:.0%}: {'kept' if idle < TARGET_IDLE else 'MISSED'}"
    )
    if arguments.smoke:
        print(f"{smoke.check_figures(report)} figures")
    else:
        RESULTS.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


@contextmanager
def _postgres() -> Iterator[tuple[str, int]]:
    """Run Postgres, and yield the address of an empty database with the tables of both, and the server's process id."""
    folder = dataset.FOLDER / "postgres"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with embedded_postgres.running(folder, durable=False) as server:
        dataset.execute(
            server, f"DROP DATABASE IF EXISTS {_DATABASE} WITH (FORCE)", f"CREATE DATABASE {_DATABASE}"
        )
        url = dataset.address(server, _DATABASE)
        asyncio.run(_make_tables(url))
        yield url, int(dataset.value(url, _POSTMASTER))


async def _make_tables(url: str) -> None:
    await migrations.upgrade(url)
    async with job_workers.procrastinate_app(url).open_async() as app:
        await app.schema_manager.apply_schema_async()
    connection = await asyncpg.connect(url)
    await connection.execute(job_workers.ROWS)
    await connection.close()


@contextmanager
def _workers(system: str, url: str, count: int) -> Iterator[list[int]]:
    """Run so many workers, and yield their process ids once they are ready."""
    environment = os.environ | {"DATABASE_URL": url}
    command = [sys.executable, "-m", "bench.job_workers", system]
    with (dataset.FOLDER / f"jobs-{system}.log").open("w") as log:
        started = [
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log)
            for _ in range(count)
        ]
        try:
            for worker in started:
                assert worker.stdout is not None
                if not worker.stdout.readline():
                    raise ServerError(f"a worker of {system} ended; see {log.name}")
            time.sleep(1)
            yield [worker.pid for worker in started]
        finally:
            for worker in started:
                worker.terminate()
            for worker in started:
                worker.wait(30)


def _measure(system: str, name: str, url: str, postgres: int, jobs: int, rounds: int) -> dict[str, float]:
    """Return the medians of the rounds; a first round of a tenth of the jobs warms up."""
    with _workers(system, url, WORKERS) as workers:
        measured = [postgres, *workers]
        _round(system, name, url, measured, max(10, jobs // 10))
        results = [_round(system, name, url, measured, jobs) for _ in range(rounds)]
    figures = {key: round(median(result[key] for result in results), 3) for key in results[0]}
    print(name, system, figures, flush=True)
    return figures


def _round(system: str, name: str, url: str, pids: list[int], jobs: int) -> dict[str, float]:
    before = [processes.cpu_s(pid) for pid in pids]
    seconds = asyncio.run(_run(system, name, url, jobs))
    used = [processes.cpu_s(pid) - earlier for pid, earlier in zip(pids, before, strict=True)]
    return {
        "jobs_per_s": jobs / seconds,
        "cpu_ms": sum(used) * 1_000 / jobs,
        "postgres_cpu_ms": used[0] * 1_000 / jobs,
    }


async def _run(system: str, name: str, url: str, jobs: int) -> float:
    """Queue the jobs, and return the seconds until the last one has ended."""
    connection = await asyncpg.connect(url)
    began = time.perf_counter()
    if system == OURS:
        await _queue(url, name, jobs)
    else:
        await job_workers.queue_on_procrastinate(url, name, jobs)
    async with asyncio.timeout(_LONGEST_S):
        while await connection.fetchval(_WAITING[system]):  # noqa: ASYNC110 - other processes end them
            await asyncio.sleep(0.02)
    seconds = time.perf_counter() - began
    await connection.close()
    return seconds


async def _queue(url: str, name: str, jobs: int) -> None:
    kind = {EMPTY.name: EMPTY, STORE.name: STORE}[name]
    requests = [JobRequest(arguments=BenchArguments(number)) for number in range(jobs)]
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    async with (
        connect(url, largest=1) as database,
        Postgres(database, LocalSignals()).open_work(Meter()) as work,
    ):
        await job_starts.start_all(work, act, kind, requests)


def _idle_share(url: str, seconds: float) -> float:
    """Return the share of a core that one of our workers uses without jobs."""
    with _workers(OURS, url, 1) as (worker,):
        before = processes.cpu_s(worker)
        time.sleep(seconds)
        return round((processes.cpu_s(worker) - before) / seconds, 5)


def _ratios(by_system: dict[str, dict[str, float]]) -> dict[str, Any]:
    ours, peer = by_system[OURS], by_system[PROCRASTINATE]
    return {name: round(ours[name] / peer[name], 2) for name in ours}


if __name__ == "__main__":
    try:
        main()
    except (ServerError, MissingFigureError, DatabaseUnavailableError) as error:
        sys.exit(f"bench: {error}")
