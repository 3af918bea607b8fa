"""Restoring and verifying: all or nothing, after checks, and compared with what was backed up."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from domain.jobs.backup_jobs import BackupDamagedError, BackupError
from gateway.backups import restorations, snapshots
from gateway.backups.scratch_databases import PREFIX
from gateway.databases import client_programs, migrations
from persistence.work import Postgres
from tests.support.backups import (
    a_learner,
    an_empty_database,
    back_up,
    backups_of,
    command,
    databases,
    handles,
    rewrite,
    rows,
    sign,
    silent,
)
from tests.support.patience import PATIENCE_S

SCRATCH = PREFIX + "%"


@pytest.fixture
async def empty_url(database_url: str) -> AsyncIterator[str]:
    """The address of a database without tables."""
    name = f"empty_{secrets.token_hex(4)}"
    yield await an_empty_database(database_url, name)
    for each in await databases(database_url, f"{name}%"):
        await rows(database_url, f"DROP DATABASE {each} WITH (FORCE)")


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QUESTPATH_DATA", str(tmp_path))


async def is_empty(url: str) -> bool:
    async with snapshots.connected(url) as connection:
        return await snapshots.is_empty(connection)


async def test_a_backup_comes_back_into_an_empty_database_with_its_files(
    postgres: Postgres,
    database_url: str,
    empty_url: str,
    tmp_path: Path,
    capsys: "pytest.CaptureFixture[str]",
) -> None:
    await a_learner(postgres, "ada")
    image = tmp_path / "files" / "media" / "ab" / "abc.png"
    image.parent.mkdir(parents=True)
    image.write_bytes(b"an image")
    backup = await back_up(database_url, tmp_path)
    image.unlink()

    assert await command(empty_url, f"restore {backup.name}") == 0

    assert await handles(empty_url) == ["ada"]
    assert image.read_bytes() == b"an image"
    assert await migrations.current(empty_url) == migrations.newest()
    paused = await rows(empty_url, "SELECT name FROM job_queues WHERE paused_at IS NOT NULL ORDER BY 1")
    assert [row[0] for row in paused] == ["mail", "webhooks"]
    assert "1 files are restored" in capsys.readouterr().out


async def test_an_older_backup_is_migrated(database_url: str, empty_url: str, tmp_path: Path) -> None:
    before = migrations.numbers()[-2]
    await migrations.move(database_url, migrations.newest(), before)
    backup = await back_up(database_url, tmp_path)

    assert backup.manifest().migration == before
    assert await command(empty_url, f"restore {backup.file('dump')}") == 0
    assert await migrations.current(empty_url) == migrations.newest()


async def test_a_database_with_tables_is_kept_unless_it_is_replaced(
    postgres: Postgres, database_url: str, empty_url: str, tmp_path: Path
) -> None:
    await a_learner(postgres, "ada")
    backup = await back_up(database_url, tmp_path)
    assert await command(empty_url, f"restore {backup.name}") == 0
    await rows(empty_url, "UPDATE users SET handle = 'bob'")

    with pytest.raises(BackupError, match="--replace"):
        await command(empty_url, f"restore {backup.name}")
    async with snapshots.connected(empty_url):
        with pytest.raises(BackupError, match="1 sessions use the database"):
            await command(empty_url, f"restore {backup.name} --replace")
    assert await handles(empty_url) == ["bob"]

    assert await command(empty_url, f"restore {backup.name} --replace") == 0
    name = empty_url.rpartition("/")[2]
    _, old = await databases(database_url, f"{name}%")
    assert old.startswith(f"{name}_before_2")
    assert await handles(empty_url) == ["ada"]
    assert await handles(client_programs.renamed(empty_url, old)) == ["bob"]
    assert await databases(database_url, SCRATCH) == []


async def test_verification_says_how_long_a_restore_takes_and_leaves_no_database(
    postgres: Postgres, database_url: str, tmp_path: Path, capsys: "pytest.CaptureFixture[str]"
) -> None:
    await a_learner(postgres, "ada")
    backup = await back_up(database_url, tmp_path)

    assert await command(database_url, "backup verify") == 0
    assert await command(database_url, "backup list") == 0

    said = capsys.readouterr().out
    assert f"{backup.name} is good: " in said
    assert f"{len(backup.manifest().tables)} tables" in said
    assert backup.is_verified
    assert await databases(database_url, SCRATCH) == []


async def test_a_backup_that_differs_from_its_snapshot_is_not_good(
    database_url: str, tmp_path: Path, capsys: "pytest.CaptureFixture[str]"
) -> None:
    backup = await back_up(database_url, tmp_path)
    rewrite(backup, tables=backup.manifest().tables | {"public.users": 7})

    assert await command(database_url, "backup verify") == 1

    assert "public.users has 0 rows in place of 7" in capsys.readouterr().err
    assert not backup.is_verified
    assert await databases(database_url, SCRATCH) == []


async def test_xp_that_does_not_add_up_is_found(
    postgres: Postgres, database_url: str, tmp_path: Path, capsys: "pytest.CaptureFixture[str]"
) -> None:
    await a_learner(postgres, "ada")
    await rows(database_url, "UPDATE users SET xp_total = 5")
    await back_up(database_url, tmp_path)

    assert await command(database_url, "backup verify") == 1
    assert "XP totals of 1 learners" in capsys.readouterr().err


@pytest.mark.parametrize("end", ["dump", "files.tar", "json"])
async def test_a_changed_file_is_refused_before_anything_is_restored(
    database_url: str, empty_url: str, tmp_path: Path, end: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    backup = await back_up(database_url, tmp_path)
    content = bytearray(backup.file(end).read_bytes())
    content[len(content) // 2] ^= 1
    backup.file(end).write_bytes(content)

    assert await command(empty_url, f"restore {backup.name}") == 1
    assert f"The checksum of {backup.name}.{end} is wrong" in capsys.readouterr().err
    assert await is_empty(empty_url)


async def test_a_backup_without_checksums_is_none(database_url: str, tmp_path: Path) -> None:
    backup = await back_up(database_url, tmp_path)
    backup.sums.unlink()

    with pytest.raises(BackupError, match="sha256 is missing"):
        await command(database_url, f"restore {backup.name}")
    with pytest.raises(BackupError, match="There is no backup"):
        await command(database_url, "backup verify")
    with pytest.raises(BackupError, match="not named like a backup"):
        await command(database_url, "restore dump.sql")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"migration": "9999", "version": "7.0.0"}, "use QuestPath 7.0.0 or newer"),
        ({"dumped_by": 99}, "install the client programs of Postgres 99"),
        ({"format": 2}, "a format that this version"),
    ],
)
async def test_a_newer_backup_than_the_program_knows_is_refused(
    database_url: str, empty_url: str, tmp_path: Path, values: dict[str, object], sentence: str
) -> None:
    backup = await back_up(database_url, tmp_path)
    rewrite(backup, **values)

    with pytest.raises(BackupError, match=sentence):
        whole = await restorations.checked(backup, None)
        await restorations.fill(empty_url, whole, in_one_transaction=True)
    assert await is_empty(empty_url)


async def test_a_dump_that_ends_early_restores_nothing(
    postgres: Postgres, database_url: str, empty_url: str, tmp_path: Path
) -> None:
    await a_learner(postgres, "ada")
    backup = await back_up(database_url, tmp_path)
    dump = backup.file("dump")
    dump.write_bytes(dump.read_bytes()[:-2_000])
    sign(backup)

    with pytest.raises(BackupError, match="pg_restore failed"):
        await command(empty_url, f"restore {backup.name}")

    assert await is_empty(empty_url)


async def test_a_restore_that_is_interrupted_restores_nothing(
    database_url: str, empty_url: str, tmp_path: Path
) -> None:
    backup = await back_up(database_url, tmp_path)
    blocker = await asyncpg.connect(empty_url)
    await blocker.execute("BEGIN; LOCK TABLE pg_catalog.pg_trigger IN SHARE MODE")
    task = asyncio.create_task(command(empty_url, f"restore {backup.name}"))
    await _waits_for_a_lock(database_url)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await blocker.execute("ROLLBACK")
    await blocker.close()

    assert await is_empty(empty_url)
    assert await command(empty_url, f"restore {backup.name}") == 0


async def _waits_for_a_lock(url: str) -> None:
    waiting = (
        "SELECT FROM pg_stat_activity WHERE application_name = 'pg_restore' AND wait_event_type = 'Lock'"
    )
    for _ in range(int(PATIENCE_S * 20)):
        if await rows(url, waiting):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("pg_restore never waited")


async def test_scratch_databases_of_killed_verifications_are_dropped_later(
    database_url: str, tmp_path: Path
) -> None:
    left = f"{PREFIX}20260304000000_dead"
    await rows(database_url, f"CREATE DATABASE {left} TEMPLATE template0")
    await back_up(database_url, tmp_path)

    await backups_of(database_url, tmp_path).verify(silent)

    assert await databases(database_url, SCRATCH) == []


async def test_an_archive_with_a_path_outside_is_refused(
    database_url: str, empty_url: str, tmp_path: Path
) -> None:
    image = tmp_path / "files" / "media" / "ab" / "abc.png"
    image.parent.mkdir(parents=True)
    image.write_bytes(b"an image")
    backup = await back_up(database_url, tmp_path)
    archive = backup.file("files.tar")
    archive.write_bytes(archive.read_bytes().replace(b"media/ab/abc.png", b"media/../abc.png"))
    sign(backup)
    whole = await restorations.checked(backup, None)

    with pytest.raises(BackupDamagedError):
        await restorations.restore_files(whole, (tmp_path / "files" / "media",))
    assert not (tmp_path / "files" / "abc.png").exists()
