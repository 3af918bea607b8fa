"""Restorations: a backup is checked, restored into a database, compared with what was backed up, and migrated."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from domain.jobs.backup_jobs import BackupDamagedError, BackupError
from gateway.backups import checksums, dumps, encryption, file_archives, pipes, program_runs, snapshots
from gateway.backups.backup_folder import Backup
from gateway.backups.encryption import Copy
from gateway.backups.manifests import BackupManifest
from gateway.databases import migrations

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class CheckedBackup:
    """A backup whose files are those that were written, and what decrypts them."""

    backup: Backup
    manifest: BackupManifest
    decrypt: Copy


async def checked(backup: Backup, identity: Path | None) -> CheckedBackup:
    """Check the files of a backup and whether this version can read it; raises BackupError."""
    await asyncio.to_thread(checksums.check, backup.sums)
    manifest = backup.manifest()
    if manifest.migration is not None and manifest.migration > migrations.newest():
        raise BackupError(
            f"The backup is at migration {manifest.migration}, which this version does not know: use QuestPath "
            f"{manifest.version} or newer."
        )
    return CheckedBackup(backup, manifest, encryption.decryption_by(identity, encrypted=manifest.encrypted))


async def fill(url: str, whole: CheckedBackup, *, in_one_transaction: bool) -> None:
    """Restore a backup into an empty database and compare it; raises BackupError or BackupDamagedError."""
    async with snapshots.connected(url) as connection:
        server = snapshots.major_of(connection)
    pg_restore = dumps.program("pg_restore", server=server, oldest=whole.manifest.dumped_by)
    await dumps.restore(
        pg_restore, url, whole.backup.data("dump"), whole.decrypt, in_one_transaction=in_one_transaction
    )
    async with snapshots.connected(url) as connection:
        compare(whole.manifest.tables, await snapshots.row_counts(connection))


def compare(noted: Mapping[str, int], found: Mapping[str, int]) -> None:
    """Compare the rows of each table with those noted in the snapshot; raises BackupDamagedError."""
    different = [
        f"{name} has {found.get(name, 0)} rows in place of {noted.get(name, 0)}"
        for name in sorted(noted.keys() | found.keys())
        if noted.get(name) != found.get(name)
    ]
    if different:
        more = "" if len(different) <= _MOST_NAMED else f", and {len(different) - _MOST_NAMED} more tables"
        raise BackupDamagedError(
            f"The backup is not what was backed up: {', '.join(different[:_MOST_NAMED])}{more}."
        )


async def restore_files(whole: CheckedBackup, folders: tuple[Path, ...]) -> tuple[int, int]:
    """Bring the files beside the database back into their folders; return how many were new, and how many there."""
    archive = whole.backup.data("files.tar")

    def extract() -> tuple[int, int]:
        with archive.open("rb") as file, pipes.produced(lambda writer: whole.decrypt(file, writer)) as reader:
            return file_archives.extract(reader, folders)

    return await program_runs.in_thread(extract, stop=lambda: None)
