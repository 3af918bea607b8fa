"""A Postgres primary of the tests' own, and replicas that stream from it."""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from gateway.databases import embedded_postgres, migrations, postgres_binaries

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of the test's own is made in it


class ReplicaServer:
    """A running replica; `url` is the address of one database on it."""

    def __init__(self, url: str, home: Path) -> None:
        self.url = url
        self._leader = int((home / "data" / "postmaster.pid").read_text().splitlines()[0])

    @property
    def _processes(self) -> list[int]:
        """The ids of the main process and of its children, in the order of their start."""
        children = Path(f"/proc/{self._leader}/task/{self._leader}/children")
        return [self._leader, *map(int, children.read_text().split())] if children.exists() else []

    async def run(self, sql: str) -> None:
        """Run a statement on the replica."""
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    async def delay(self, by: str) -> None:
        """Let it replay each commit only after that long, as `5s`; `0` ends that."""
        await self.run(f"ALTER SYSTEM SET recovery_min_apply_delay = '{by}'")
        await self.run("SELECT pg_reload_conf()")

    def signal(self, how: signal.Signals) -> None:
        """Send a signal to its processes."""
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, how)


class ReplicatedServer:
    """A running primary; `url` is the address of a migrated database, `replica` starts a server that follows it."""

    def __init__(self, folder: Path, server_url: str) -> None:
        self.url = f"{server_url.rpartition('/')[0]}/questpath"
        self._folder = folder
        self._started = 0

    async def prepare(self) -> None:
        """Make the database, and a role without rights of an administrator."""
        connection = await asyncpg.connect(f"{self.url.rpartition('/')[0]}/postgres")
        await connection.execute("CREATE DATABASE questpath")
        await connection.execute("CREATE ROLE plain LOGIN")
        await connection.execute("GRANT pg_read_all_data TO plain")
        await connection.close()
        await migrations.upgrade(self.url)

    async def run(self, sql: str) -> None:
        """Run a statement on the primary."""
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    @contextmanager
    def replica(self) -> Iterator[ReplicaServer]:
        """Run a replica for the block."""
        self._started += 1
        home = self._folder / f"replica-{self._started}"
        home.mkdir()
        account = postgres_binaries.unprivileged()
        if account:
            os.chown(home, account.pw_uid, account.pw_gid)
        binaries = postgres_binaries.folder(self._folder / "primary", account)
        copy = [
            str(binaries / "pg_basebackup"),
            "-D",
            str(home / "data"),
            "-d",
            self.url,
            "-R",
            "-X",
            "stream",
        ]
        done = embedded_postgres._run([*copy, "-c", "fast", "--no-sync"], account)
        assert done.returncode == 0, done.stderr
        if (self._folder / "primary" / "pginstall").exists():
            (home / "pginstall").symlink_to(self._folder / "primary" / "pginstall")
        with embedded_postgres.running(home) as url:
            server = ReplicaServer(f"{url.rpartition('/')[0]}/questpath", home)
            try:
                yield server
            finally:
                server.signal(signal.SIGCONT)


@contextmanager
def replicated_server() -> Iterator[ReplicatedServer]:
    """Run a primary for the block; its database has to be prepared."""
    folder = Path(tempfile.mkdtemp(prefix="questpath-replicas-", dir=MEMORY if MEMORY.is_dir() else None))
    folder.chmod(0o755)
    try:
        with embedded_postgres.running(folder / "primary") as url:
            yield ReplicatedServer(folder, url)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def primary() -> Iterator[ReplicatedServer]:
    """A primary with a migrated database, for the tests of one module."""
    with replicated_server() as server:
        asyncio.run(server.prepare())
        yield server


@pytest.fixture(scope="module")
def replica(primary: ReplicatedServer) -> Iterator[ReplicaServer]:
    """A replica of that primary, which tests leave as it was."""
    with primary.replica() as server:
        yield server
