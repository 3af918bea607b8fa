"""Debian's Postgres and Redis on folders and ports of their own."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.deployment.programs import eventually, program, run, started
from tests.support.servers.gateway import free_port

USER = "postgres"
"""The account that runs Postgres where the test runs as root."""


@dataclass(frozen=True)
class Cluster:
    """A Postgres cluster: where its data is, and the port on which it listens."""

    folder: Path
    port: int

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"postgresql://questpath@127.0.0.1:{self.port}/questpath"

    def sql(self, statement: str, database: str = "questpath") -> str:
        """Run a statement by psql and return its rows, columns separated by `|`."""
        address = f"postgresql://questpath@127.0.0.1:{self.port}/{database}"
        return run(["psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", address, "-c", statement]).strip()


def owned(folder: Path) -> Path:
    """Make a folder that Postgres' account can use, also below the folders of pytest."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(folder, USER, USER)
        for parent in folder.parents:
            if parent.stat().st_mode & 0o001 == 0:
                parent.chmod(parent.stat().st_mode | 0o011)
    return folder


def initialised(folder: Path) -> Cluster:
    """Make a cluster, without starting it."""
    cluster = Cluster(owned(folder), free_port())
    run(
        [
            "initdb",
            "-D",
            cluster.data,
            "-U",
            "questpath",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ],
        user=USER,
    )
    return cluster


@contextlib.contextmanager
def running_postgres(cluster: Cluster, **settings: str) -> Iterator[Cluster]:
    """Run a cluster until the end of the block; the database `questpath` exists then."""
    usual = {
        "listen_addresses": "127.0.0.1",
        "port": str(cluster.port),
        "unix_socket_directories": "",
        "max_connections": "100",
        "shared_buffers": "64MB",
    }
    command: list[str | Path] = ["postgres", "-D", cluster.data]
    for name, value in (usual | settings).items():
        command += ["-c", f"{name}={value}"]
    with started(command, log=_log(cluster), user=USER):
        eventually(lambda: run(["pg_isready", "-h", "127.0.0.1", "-p", str(cluster.port)]))
        if cluster.sql("SELECT NOT pg_is_in_recovery()", "postgres") == "t" and not cluster.sql(
            "SELECT 1 FROM pg_database WHERE datname = 'questpath'", "postgres"
        ):
            cluster.sql("CREATE DATABASE questpath", "postgres")
        yield cluster


@contextlib.contextmanager
def running_redis(folder: Path, port: int, *options: str) -> Iterator[str]:
    """Run a Redis until the end of the block; yield its address."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), *options]
    with started(command, log=folder / "redis.log"):
        eventually(lambda: run(["redis-cli", "-p", str(port), "ping"]).strip() == "PONG")
        yield f"redis://127.0.0.1:{port}/0"


def _log(cluster: Cluster) -> Path:
    program("postgres")
    log = cluster.folder / "postgres.log"
    log.touch()
    return log
