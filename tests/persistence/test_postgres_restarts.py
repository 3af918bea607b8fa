"""Restarts of Postgres under load: callers are told that it does not answer, and nothing else."""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.errors import UnavailableError
from domain.unit_of_work import Meter
from gateway.databases import embedded_postgres, postgres_binaries
from persistence.database import Database, connect
from persistence.statements import Statement

RESTARTS = 5
READ = Statement(text("SELECT 1 FROM pg_sleep(0.002)"))
pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[tuple[str, Callable[[], None]]]:
    """The address of a Postgres of the test's own, and what restarts it."""
    folder = Path(tempfile.mkdtemp(prefix="questpath-restart-"))
    folder.chmod(0o755)
    account = postgres_binaries.unprivileged()
    home = folder / "postgres"
    try:
        with embedded_postgres.running(home, durable=False) as url:
            binaries = postgres_binaries.folder(home, account)
            control = [str(binaries / "pg_ctl"), "-D", str(home / "data"), "-m", "fast", "-w"]
            log = ["-l", str(home / "restarts.log")]
            yield url, lambda: _check(embedded_postgres._run([*control, *log, "restart"], account).returncode)
            embedded_postgres._run([*control, "stop"], account)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check(code: int) -> None:
    assert code == 0


async def load(database: Database, told: Counter[str], *, over: asyncio.Event, in_transaction: bool) -> None:
    """Run statements until it is over, and count what callers are told."""
    work = database.transaction if in_transaction else database.connection
    while not over.is_set():
        try:
            async with work(Meter()) as connection:
                await connection.value(READ)
                await connection.value(READ)
            told["ok"] += 1
        except Exception as error:  # noqa: BLE001 - the test counts them
            told[type(error).__name__] += 1
            await asyncio.sleep(0.01)


async def test_fast_restarts_are_told_as_unavailable_and_pass(
    server: tuple[str, Callable[[], None]],
) -> None:
    url, restart = server
    told: Counter[str] = Counter()
    over = asyncio.Event()

    async with connect(url) as database:
        start = partial(load, database, told, over=over)
        tasks = [asyncio.create_task(start(in_transaction=bool(number % 2))) for number in range(12)]
        for _ in range(RESTARTS):
            await asyncio.sleep(0.3)
            await asyncio.to_thread(restart)
        over.set()
        await asyncio.gather(*tasks)
        afterwards = [await _read(database) for _ in range(20)]

    assert set(told) <= {"ok", UnavailableError.__name__}
    assert told["ok"] > RESTARTS
    assert afterwards == [1] * 20


async def _read(database: Database) -> int:
    async with database.connection(Meter()) as connection:
        found: int = await connection.value(READ)
        return found
