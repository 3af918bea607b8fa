"""Writing backups: whole or not there, checksummed, kept for some days, and never with the password in sight."""

import asyncio
import hashlib
import resource
import sys
import tarfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from domain.jobs.backup_jobs import BackupError
from gateway.backups import backup_folder
from gateway.backups.backup_folder import BackupFolder
from persistence.work import Postgres
from tests.support.backups import MORNING, a_learner, back_up, backups_of, silent
from tests.support.patience import PATIENCE_S
from tests.support.servers.gateway import ROOT


async def test_a_backup_is_a_dump_an_archive_a_manifest_and_their_checksums(
    postgres: Postgres, database_url: str, tmp_path: Path
) -> None:
    await a_learner(postgres, "ada")
    image = tmp_path / "files" / "media" / "ab" / "abc.png"
    image.parent.mkdir(parents=True)
    image.write_bytes(b"an image")

    backup = await back_up(database_url, tmp_path)

    names = ["questpath-20260304T010500Z" + end for end in (".sha256", ".dump", ".files.tar", ".json")]
    assert [path.name for path in backup.files()] == names
    assert {path.stat().st_mode & 0o777 for path in backup.files()} == {0o600}
    sums = dict(reversed(line.split("  ")) for line in backup.sums.read_text().splitlines())
    assert sums == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in backup.files()
        if path != backup.sums
    }
    manifest = backup.manifest()
    assert (manifest.tables["public.users"], manifest.files, manifest.encrypted) == (1, 1, False)
    with tarfile.open(backup.file("files.tar")) as archive:
        assert archive.getnames() == ["media/ab/abc.png"]


async def test_old_backups_go_but_never_the_newest_nor_the_newest_verified_one(
    database_url: str, tmp_path: Path
) -> None:
    first = await back_up(database_url, tmp_path)
    verified = await back_up(database_url, tmp_path, days=1)
    backup_folder.mark_verified(verified, at=MORNING, seconds=1)
    kept = await back_up(database_url, tmp_path, days=2)

    last = await back_up(database_url, tmp_path, days=9)

    folder = BackupFolder(first.folder)
    assert [each.name for each in folder.all()] == [last.name, kept.name, verified.name]
    assert first.files() == []
    assert folder.remove_old(now=MORNING + timedelta(days=99), kept=timedelta(days=7)) == [kept.name]
    assert [each.name for each in folder.all()] == [last.name, verified.name]


async def test_a_full_disk_leaves_no_backup_and_the_one_before(database_url: str, tmp_path: Path) -> None:
    before = await back_up(database_url, tmp_path)
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, usual[1]))
    try:
        with pytest.raises(BackupError, match=r"\.dump\.part cannot be written \(File too large\)"):
            await back_up(database_url, tmp_path, days=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)

    assert [each.name for each in BackupFolder(before.folder).all()] == [before.name]
    assert {path.name for path in before.folder.iterdir()} == {
        ".lock",
        *(path.name for path in before.files()),
    }


async def test_a_killed_writer_leaves_no_backup_and_the_next_one_tidies_up(
    database_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    blocker = await asyncpg.connect(database_url)
    await blocker.execute("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
    environment = {"DATABASE_URL": database_url, "QUESTPATH_BACKUPS": str(folder), "PYTHONPATH": str(ROOT)}
    command = (sys.executable, "-m", "gateway.cli", "backup")
    process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=tmp_path)
    parts = await _appeared(folder)
    process.kill()
    await process.wait()
    await blocker.execute("ROLLBACK")
    await blocker.close()

    assert parts
    assert BackupFolder(folder).all() == []

    whole = await back_up(database_url, tmp_path)
    assert [each.name for each in BackupFolder(folder).all()] == [whole.name]
    assert not [path for path in folder.iterdir() if path.name.endswith(backup_folder.PART)]


async def _appeared(folder: Path) -> list[Path]:
    for _ in range(int(PATIENCE_S * 20)):
        if parts := _dumps(folder):
            return parts
        await asyncio.sleep(0.05)
    return []


def _dumps(folder: Path) -> list[Path]:
    return list(folder.glob(f"*.dump{backup_folder.PART}"))


async def test_a_cancelled_writer_ends_pg_dump_and_leaves_nothing(database_url: str, tmp_path: Path) -> None:
    blocker = await asyncpg.connect(database_url)
    await blocker.execute("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
    task = asyncio.create_task(back_up(database_url, tmp_path))
    await _appeared(tmp_path / "backups")
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await blocker.execute("ROLLBACK")
    await blocker.close()

    assert [path.name for path in (tmp_path / "backups").iterdir()] == [".lock"]


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="there is no list of processes to read")
async def test_the_password_is_in_no_list_of_processes(database_url: str, tmp_path: Path) -> None:
    url = database_url.replace("questpath@", "questpath:canary@")
    blocker = await asyncpg.connect(database_url)
    await blocker.execute("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
    task = asyncio.create_task(back_up(url, tmp_path))
    while not (lines := _command_lines(b"pg_dump")):
        assert not task.done()
        await asyncio.sleep(0.05)
    await blocker.execute("ROLLBACK")
    await blocker.close()
    await task

    assert not [line for line in lines if b"canary" in line]


def _command_lines(name: bytes) -> list[bytes]:
    """Return the command lines of the processes of a program whose address is that of a test."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(path.read_bytes())
    return [line for line in found if name in line and b"/test_" in line]


async def test_two_writers_do_not_write_at_once(database_url: str, tmp_path: Path) -> None:
    backups = backups_of(database_url, tmp_path)
    with backups.folder.locked(), pytest.raises(BackupError, match="Another backup"):
        await backups.write(silent)


async def test_a_folder_that_cannot_be_written_is_named(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "backups").write_text("a file")

    with pytest.raises(BackupError, match="backups cannot be written"):
        await backups_of(database_url, tmp_path).write(silent)
