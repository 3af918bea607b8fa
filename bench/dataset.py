"""Data set: built once by SQL, kept in its own Postgres, and copied for every run."""

import asyncio
import hashlib
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from bench import dataset_sql
from bench.dataset_sql import PREPARED, PREPARED_SLOTS, sized
from bench.processes import on_core
from bench.sizes import Sizes
from domain.gamification import leaderboard_projection
from domain.gamification.leaderboards import LeaderboardScope, LeaderboardWindow, board_of
from domain.unit_of_work import Meter
from gateway.databases import embedded_postgres, migrations
from persistence.analytics.learner_analytics import SqlLearnerAnalytics
from persistence.database import connect
from persistence.gamification.leaderboard_projection import SqlProjection

FOLDER = Path(__file__).parent.parent / ".data" / "bench"
"""Postgres' data and the logs of the servers."""
RUN = "bench_run"
_QUIET = ("autovacuum = off", "max_wal_size = '4GB'", "checkpoint_timeout = '30min'")
"""Settings of this Postgres: no background work that falls into one round and not into another."""

_POSTGRAPHILE = Path(__file__).parent / "peers" / "postgraphile" / "functions.sql"
_MARK_OF = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1"


@contextmanager
def running(sizes: Sizes) -> Iterator[str]:
    """Run Postgres on the first core, build the data set unless it is there, and yield the address of a copy of it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        with on_core(0):
            server = stack.enter_context(embedded_postgres.running(FOLDER / "postgres", durable=False))
        print(f"The {sizes.name} data set ...", flush=True)
        yield asyncio.run(_copy(server, sizes))


def prepare_attempts(url: str, sizes: Sizes, *, first: int, count: int) -> None:
    """Store attempts in progress with answers, numbered from `first`."""
    asyncio.run(_prepare_attempts(url, sizes, first, first + count - 1))


def execute(url: str, *statements: str) -> None:
    """Run statements one by one, each in a transaction of its own."""
    asyncio.run(_execute(url, *statements))


def value(url: str, statement: str) -> Any:
    """Return the one value that a statement selects."""
    return asyncio.run(_value(url, statement))


def address(server: str, database: str) -> str:
    """Return the address of a database of the server."""
    return server.rpartition("/")[0] + "/" + database


async def _copy(server: str, sizes: Sizes) -> str:
    await _execute(server, *(f"ALTER SYSTEM SET {setting}" for setting in _QUIET), "SELECT pg_reload_conf()")
    built, mark = f"bench_{sizes.name}", _mark(sizes)
    await _execute(server, f"DROP DATABASE IF EXISTS {RUN} WITH (FORCE)")
    if await _value(server, _MARK_OF, built) != mark:
        await _execute(server, f"DROP DATABASE IF EXISTS {built} WITH (FORCE)", f"CREATE DATABASE {built}")
        await _build(address(server, built), sizes)
        await _execute(server, f"COMMENT ON DATABASE {built} IS '{mark}'")
    await _execute(server, f"CREATE DATABASE {RUN} TEMPLATE {built} STRATEGY file_copy")
    await _execute(address(server, RUN), _POSTGRAPHILE.read_text("utf-8"))
    return address(server, RUN)


def _mark(sizes: Sizes) -> str:
    """Return a hash of what the data set depends on: statements with their sizes, migrations and the week."""
    year, week, _ = datetime.now(UTC).isocalendar()
    sql = sized("".join(dataset_sql.STEPS.values()), _numbers(sizes))
    parts = (sql, migrations.newest(), year, week)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


async def _build(url: str, sizes: Sizes) -> None:
    await migrations.upgrade(url)
    numbers = _numbers(sizes)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET session_replication_role = replica")  # rows are right by construction
        for name, sql in dataset_sql.STEPS.items():
            began = time.perf_counter()
            await connection.execute(sized(sql, numbers))
            print(f"  {name}: {time.perf_counter() - began:.1f} s", flush=True)
    finally:
        await connection.close()
    began = time.perf_counter()
    await _project(url)
    await _execute(url, "VACUUM ANALYZE", "CHECKPOINT")
    print(f"  boards, roll-ups and statistics: {time.perf_counter() - began:.1f} s", flush=True)


async def _project(url: str) -> None:
    """Build the boards and the roll-ups from the ledger and the attempts, as the gateway would."""
    now = datetime.now(UTC)
    async with connect(url, largest=2) as database:
        for window in LeaderboardWindow:
            board = board_of(LeaderboardScope.GLOBAL, window, now)
            async with database.transaction(Meter()) as connection:
                projection = SqlProjection(connection)
                await leaderboard_projection.rebuild(projection, board=board, now=now, emit=lambda _: None)
        async with database.transaction(Meter()) as connection:
            await connection.raw.execute("SET LOCAL statement_timeout = 0")
            await SqlLearnerAnalytics(connection).rebuild()


async def _prepare_attempts(url: str, sizes: Sizes, first: int, last: int) -> None:
    numbers = _numbers(sizes)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sized(PREPARED, numbers), first, last)
        await connection.execute(sized(PREPARED_SLOTS, numbers), first, last)
    finally:
        await connection.close()


def _numbers(sizes: Sizes) -> dict[str, int]:
    counts = {name: number for name, number in asdict(sizes).items() if isinstance(number, int)}
    return counts | {"regulars": sizes.regulars, "quizzes": sizes.quizzes}


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _value(url: str, statement: str, *values: Any) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement, *values)
    finally:
        await connection.close()
