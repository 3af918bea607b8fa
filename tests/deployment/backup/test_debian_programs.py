"""Backups of Debian's Postgres, by its own pg_dump, and read by sha256sum and age."""

import asyncio
import subprocess
from pathlib import Path

from gateway.databases import migrations
from persistence.database import connect
from persistence.signals import LocalSignals
from persistence.work import Postgres
from tests.deployment.clusters import initialised, running_postgres
from tests.deployment.programs import program, run
from tests.support.backups import a_learner, back_up, backups_of, silent


async def filled(url: str) -> None:
    await migrations.upgrade(url)
    async with connect(url, largest=1) as database:
        await a_learner(Postgres(database, LocalSignals()), "ada")


def test_an_encrypted_backup_of_debian_postgres_is_read_by_sha256sum_and_age(tmp_path: Path) -> None:
    key = tmp_path / "key"
    run(["age-keygen", "-o", str(key)])
    recipient = run(["age-keygen", "-y", str(key)]).strip()
    with running_postgres(initialised(tmp_path / "postgres"), fsync="off") as cluster:
        asyncio.run(filled(cluster.url))
        backup = asyncio.run(back_up(cluster.url, tmp_path, backup_recipients=[recipient]))
        done = asyncio.run(backups_of(cluster.url, tmp_path).verify(silent, identity=key))

    subprocess.run([program("sha256sum"), "-c", backup.sums.name], cwd=backup.folder, check=True)
    run(["age", "-d", "-i", str(key), "-o", str(tmp_path / "dump"), str(backup.data("dump"))])
    listed = run(["pg_restore", "--list", str(tmp_path / "dump")])
    run(["age", "-d", "-i", str(key), "-o", str(tmp_path / "files.tar"), str(backup.data("files.tar"))])
    assert backup.manifest().dumped_by == 15
    assert "TABLE DATA public users" in listed
    assert done.rows == backup.manifest().rows
