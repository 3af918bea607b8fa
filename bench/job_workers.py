"""`python -m bench.job_workers SYSTEM`: a worker process of one of the compared job systems, on DATABASE_URL.

Both know two kinds: `empty` does nothing, and `store` stores a row.
"""

import os
import sys
from typing import Any

import procrastinate
import uvloop
from psycopg_pool import AsyncConnectionPool

from domain import job_table
from domain.acts import Act
from domain.entities import entity
from domain.jobs.job_kinds import JobKind
from domain.work import Work
from gateway import cli
from gateway.jobs import handler_table
from gateway.jobs.handlers import InTransaction
from persistence.stores import SqlWork

OURS, PROCRASTINATE = "ours", "procrastinate"
QUEUE = "bench"
AT_ONCE = 10
ROWS = "CREATE TABLE IF NOT EXISTS stored_rows (number int NOT NULL)"
_STORE = "INSERT INTO stored_rows (number) VALUES (%s)"


@entity
class BenchArguments:
    """The number that a job stores."""

    number: int


def _kind(name: str, description: str) -> JobKind:
    return JobKind(name=name, description=description, queue=QUEUE, arguments=BenchArguments)


EMPTY = _kind("empty", "Does nothing.")
STORE = _kind("store", "Stores a row.")


async def do_nothing(_work: Work, _act: Act, _arguments: BenchArguments) -> None:
    """Do nothing."""


async def store_row(work: Work, _act: Act, arguments: BenchArguments) -> None:
    """Store a row, in the transaction of the job's success."""
    assert isinstance(work, SqlWork)
    await work.connection.raw.execute(_STORE.replace("%s", "$1"), arguments.number)


def run_ours() -> None:
    """Run `questpath worker` with the two kinds."""
    for kind, function in ((EMPTY, do_nothing), (STORE, store_row)):
        job_table.KINDS[kind.name] = kind
        handler_table.HANDLERS[kind.name] = InTransaction(function)  # type: ignore[index]
    sys.argv[1:] = ["worker", "--queues", QUEUE, "--concurrency", str(AT_ONCE)]
    cli.main()


def procrastinate_app(url: str) -> procrastinate.App:
    """Return procrastinate's application with the two tasks, named like our kinds."""
    connector = procrastinate.PsycopgConnector(conninfo=url, max_size=AT_ONCE + 2)
    app = procrastinate.App(connector=connector)
    rows = AsyncConnectionPool(url, min_size=1, max_size=AT_ONCE, open=False, kwargs={"autocommit": True})

    @app.task(name=EMPTY.name, queue=QUEUE)
    async def empty(number: int) -> None:
        pass

    @app.task(name=STORE.name, queue=QUEUE)
    async def store(number: int) -> None:
        if rows.closed:
            await rows.open()
        async with rows.connection() as connection:
            await connection.execute(_STORE, [number])

    return app


async def run_procrastinate(url: str) -> None:
    """Run procrastinate's worker, which removes ended jobs, because ours removes them from its queue too."""
    app = procrastinate_app(url)
    async with app.open_async():
        print("ready", flush=True)
        await app.run_worker_async(queues=[QUEUE], concurrency=AT_ONCE, delete_jobs="always")


async def queue_on_procrastinate(url: str, name: str, count: int) -> None:
    """Queue jobs of a task in one statement."""
    app = procrastinate_app(url)
    jobs: list[dict[str, Any]] = [{"number": number} for number in range(count)]
    async with app.open_async():
        await app.tasks[name].batch_defer_async(*jobs)


if __name__ == "__main__":
    if sys.argv[1] == OURS:
        run_ours()
    else:
        uvloop.run(run_procrastinate(os.environ["DATABASE_URL"]))
