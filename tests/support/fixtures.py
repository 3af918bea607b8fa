"""Fixtures: a Postgres server of the tests' own, migrated once, and cloned or rolled back for each test."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, closing
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

import asyncpg
import pytest

from domain.unit_of_work import Meter
from gateway.databases import embedded_postgres, migrations
from persistence.database import Database, SqlConnection, connect
from persistence.signals import LocalSignals
from persistence.stores import SqlWork
from persistence.work import Postgres
from tests.support.connection_pools import make_pool, pool_clock
from tests.support.schema_client import Asker, asker_on
from tests.support.servers.redis import redis_url

__all__ = ["make_pool", "pool_clock", "redis_url"]

T = TypeVar("T")

TEMPLATE = "questpath_template"
MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - a folder of the test's own is made in it
MEMORY_NEEDED = 2 * 1024**3


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The address of a Postgres server: TEST_DATABASE_URL, else one that is started here."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="questpath-test-", dir=MEMORY_FOLDER if _has_memory() else None))
    folder.chmod(0o755)
    try:
        with embedded_postgres.running(folder / "postgres", durable=False) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class DatabaseAdmin:
    """Creates and drops databases over one connection, in a thread with an event loop, because each test has its own."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._lock = asyncio.Lock()
        self._connection: asyncpg.Connection[Any] = self._run(asyncpg.connect(url)).result()

    def execute(self, *commands: str) -> "Future[None]":
        """Start running the commands, one after another."""
        return self._run(self._execute(commands))

    def close(self) -> None:
        """Close the connection, the loop and the thread."""
        self._run(self._connection.close()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _execute(self, commands: tuple[str, ...]) -> None:
        async with self._lock:
            for command in commands:
                await self._connection.execute(command)

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)


@pytest.fixture(scope="session")
def database_admin(server_url: str) -> Iterator[DatabaseAdmin]:
    """Creates and drops the databases of this worker."""
    with closing(DatabaseAdmin(server_url)) as database_admin:
        yield database_admin


@pytest.fixture(scope="session")
def template(server_url: str, database_admin: DatabaseAdmin) -> str:
    """The name of a migrated, empty database without connections; unique to this worker."""
    name = f"{TEMPLATE}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    database_admin.execute(f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}").result()
    asyncio.run(migrations.upgrade(_named(server_url, name)))
    return name


@pytest.fixture
async def database_url(server_url: str, template: str, database_admin: DatabaseAdmin) -> AsyncIterator[str]:
    """The address of a database of the test's own, for tests that commit."""
    name = f"test_{os.urandom(6).hex()}"
    made = database_admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    await asyncio.wrap_future(made)
    yield _named(server_url, name)
    await asyncio.wrap_future(database_admin.execute(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A pool of connections to a database of the test's own."""
    async with connect(database_url) as opened:
        yield opened


@pytest.fixture
async def postgres(database: Database) -> Postgres:
    """Units of work on a database of the test's own, with signals inside the process."""
    return Postgres(database, LocalSignals())


@pytest.fixture(scope="session")
def shared_url(server_url: str, template: str, database_admin: DatabaseAdmin) -> str:
    """The address of a database that the tests of this worker share; each rolls back its changes."""
    name = f"shared_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    database_admin.execute(
        f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"
    ).result()
    return _named(server_url, name)


@pytest.fixture
async def work(shared_url: str) -> AsyncIterator[SqlWork]:
    """The SQL stores in a transaction that is rolled back."""
    async with connect(shared_url, largest=1) as opened, rolled_back(opened) as connection:
        yield SqlWork(connection)


@pytest.fixture
async def ask(database: Database) -> AsyncIterator[Asker]:
    """Runs documents against the whole schema on a database of the test's own, without HTTP."""
    async with asker_on(database) as asker:
        yield asker


def _has_memory() -> bool:
    """Tell whether the file system in memory has room: cloning a database there takes a tenth of the time."""
    return (
        MEMORY_FOLDER.is_dir()
        and os.access(MEMORY_FOLDER, os.W_OK)
        and shutil.disk_usage(MEMORY_FOLDER).free > MEMORY_NEEDED
    )


@asynccontextmanager
async def rolled_back(database: Database) -> AsyncIterator[SqlConnection]:
    async with database.connection(Meter()) as connection:
        transaction = connection.raw.transaction()
        await transaction.start()
        try:
            yield connection
        finally:
            await transaction.rollback()


def _named(url: str, database: str) -> str:
    return f"{url.rpartition('/')[0]}/{database}"
