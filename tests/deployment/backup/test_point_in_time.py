"""Recovery to a point in time, by the files in deploy/pgbackrest, after a table was dropped."""

import asyncio
import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from gateway.databases import migrations
from persistence.database import connect
from persistence.signals import LocalSignals
from persistence.work import Postgres
from tests.deployment.clusters import USER, Cluster, initialised, owned
from tests.deployment.programs import eventually, run, started
from tests.support.backups import a_learner
from tests.support.patience import PATIENCE_S
from tests.support.servers.gateway import ROOT

FILES = ROOT / "deploy" / "pgbackrest"


def environment(cluster: Cluster) -> dict[str, str]:
    """Return what differs on a machine of the test from the files."""
    folder = cluster.folder
    return {
        "PGBACKREST_CONFIG": str(folder / "pgbackrest.conf"),
        "PGBACKREST_REPO1_PATH": str(owned(folder / "repository")),
        "PGBACKREST_LOCK_PATH": str(owned(folder / "locks")),
        "PGBACKREST_LOG_PATH": str(owned(folder / "logs")),
        "PGBACKREST_PG1_PATH": str(cluster.data),
        "PGBACKREST_PG1_PORT": str(cluster.port),
        "PGBACKREST_PG1_SOCKET_PATH": str(folder),
        "PGBACKREST_PG1_USER": "questpath",
    }


def pgbackrest(cluster: Cluster, *arguments: str) -> str:
    return run(["pgbackrest", "--stanza=questpath", *arguments], user=USER, **environment(cluster))


@contextlib.contextmanager
def archiving(cluster: Cluster) -> Iterator[None]:
    """Run the cluster with the archiving of the file for the block."""
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(cluster.port),
        "unix_socket_directories": str(cluster.folder),
    }
    command: list[str | Path] = ["postgres", "-D", cluster.data]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    log = cluster.folder / "postgres.log"
    with started(command, log=log, user=USER, environment=environment(cluster)):
        eventually(lambda: run(["pg_isready", "-h", "127.0.0.1", "-p", str(cluster.port)]))
        yield


def prepared(folder: Path) -> Cluster:
    cluster = initialised(folder)
    for name in ("pgbackrest.conf", "archiving.conf"):
        shutil.copy(FILES / name, cluster.folder)
        (cluster.folder / name).chmod(0o644)
    with (cluster.data / "postgresql.conf").open("a") as configuration:
        configuration.write(f"include '{cluster.folder / 'archiving.conf'}'\n")
    return cluster


async def learner(url: str, handle: str) -> None:
    async with connect(url, largest=1) as database:
        await a_learner(Postgres(database, LocalSignals()), handle)


def test_a_dropped_table_comes_back_with_what_was_written_until_just_before(tmp_path: Path) -> None:
    cluster = prepared(tmp_path / "postgres")
    with archiving(cluster):
        cluster.sql("CREATE DATABASE questpath", "postgres")
        asyncio.run(migrations.upgrade(cluster.url))
        asyncio.run(learner(cluster.url, "ada"))
        pgbackrest(cluster, "stanza-create")
        pgbackrest(cluster, "--type=full", "backup")
        asyncio.run(learner(cluster.url, "bob"))
        cluster.sql("SELECT pg_sleep(1.1)")  # pgBackRest knows the end of a backup in whole seconds
        just_before = cluster.sql("SELECT clock_timestamp()")
        cluster.sql("DROP TABLE users CASCADE")
        cluster.sql("SELECT pg_switch_wal()")
        eventually(
            lambda: (
                cluster.sql("SELECT last_archived_wal IS NOT NULL AND failed_count = 0 FROM pg_stat_archiver")
                == "t"
            )
        )

    pgbackrest(
        cluster, "--delta", "--type=time", f"--target={just_before}", "--target-action=promote", "restore"
    )

    with archiving(cluster):
        eventually(lambda: cluster.sql("SELECT NOT pg_is_in_recovery()") == "t", within_s=2 * PATIENCE_S)
        assert cluster.sql("SELECT handle FROM users ORDER BY handle").split() == ["ada", "bob"]
        asyncio.run(learner(cluster.url, "eve"))
        assert asyncio.run(migrations.current(cluster.url)) == migrations.newest()
        pgbackrest(cluster, "check")
        assert "full backup" in pgbackrest(cluster, "info")
