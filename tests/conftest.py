"""Fixtures: a real Postgres of our own, migrated once, cloned or rolled back for each test."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from domain.work import Meter
from gateway.databases import devdb, migrating
from persistence.engine import Connection, Database, connect
from persistence.signals import LocalSignals
from persistence.work import Postgres, SqlWork
from tests.asking import Asker, asker_on
from tests.redis_server import redis_url

__all__ = ["redis_url"]

TEMPLATE = "questpath_template"
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of the test's own is made in it
ENOUGH_MEMORY = 2 * 1024**3


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The address of a Postgres server: TEST_DATABASE_URL, else one that is started here."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="questpath-test-", dir=IN_MEMORY if _has_memory() else None))
    folder.chmod(0o755)
    try:
        with devdb.running(folder / "postgres", durable=False) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """The name of a migrated, empty database that nobody is connected to; unique to this worker."""
    name = f"{TEMPLATE}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"

    async def make() -> None:
        await _execute(server_url, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
        await migrating.upgrade(_named(server_url, name))

    asyncio.run(make())
    return name


@pytest.fixture
async def database_url(server_url: str, template: str) -> AsyncIterator[str]:
    """The address of a database of the test's own, for tests in which commits must be real."""
    name = f"test_{os.urandom(6).hex()}"
    await _execute(server_url, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield _named(server_url, name)
    await _execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A pool on a database of the test's own."""
    async with connect(database_url) as opened:
        yield opened


@pytest.fixture
async def postgres(database: Database) -> Postgres:
    """Units of work on a database of the test's own, with in-process signals."""
    return Postgres(database, LocalSignals())


@pytest.fixture(scope="session")
def shared_url(server_url: str, template: str) -> str:
    """The address of a database that this worker's tests share; each rolls back what it did."""
    name = f"shared_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    asyncio.run(
        _execute(
            server_url,
            f"DROP DATABASE IF EXISTS {name}",
            f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY",
        )
    )
    return _named(server_url, name)


@pytest.fixture
async def work(shared_url: str) -> AsyncIterator[SqlWork]:
    """The real stores inside a transaction that is rolled back."""
    async with connect(shared_url, largest=1) as opened, rolled_back(opened) as connection:
        yield SqlWork(connection)


@pytest.fixture
async def ask(database: Database) -> AsyncIterator[Asker]:
    """Runs documents against the whole schema on a database of the test's own, without HTTP."""
    async with asker_on(database) as asker:
        yield asker


def _has_memory() -> bool:
    """Tell whether a file system in memory has room, where a clone of a database takes a tenth of the time."""
    return (
        IN_MEMORY.is_dir()
        and os.access(IN_MEMORY, os.W_OK)
        and shutil.disk_usage(IN_MEMORY).free > ENOUGH_MEMORY
    )


@asynccontextmanager
async def rolled_back(database: Database) -> AsyncIterator[Connection]:
    async with database.connection(Meter()) as connection:
        transaction = connection.raw.transaction()
        await transaction.start()
        try:
            yield connection
        finally:
            await transaction.rollback()


async def _execute(url: str, *commands: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for command in commands:
            await connection.execute(command)
    finally:
        await connection.close()


def _named(url: str, database: str) -> str:
    return f"{url.rpartition('/')[0]}/{database}"
