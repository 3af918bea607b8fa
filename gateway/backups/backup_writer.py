"""Backup writer: a dump of one snapshot, the files beside the database, and what they hold, as one backup."""

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO

from domain.jobs.backup_jobs import BackupOutcome, Report
from gateway import version
from gateway.backups import (
    backup_folder,
    checksums,
    dumps,
    encryption,
    file_archives,
    manifests,
    pipes,
    program_runs,
    snapshots,
)
from gateway.backups.backup_folder import PART, Backup, BackupFolder
from gateway.backups.checksums import HashedFile
from gateway.backups.manifests import BackupManifest

_REPORT_EVERY_S = 5.0
_COMPRESSION = 4
"""By how much a dump is smaller than its database, about; only the progress stands on it."""


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """What is backed up, and how: the database, the folders of files, the recipients, and how long it is kept."""

    url: str
    folders: tuple[Path, ...]
    recipients: tuple[str, ...]
    kept: timedelta


@dataclass(frozen=True, slots=True)
class _Dumped:
    """What a dump holds, and the major version of the pg_dump that wrote it."""

    migration: str | None
    by: int
    tables: dict[str, int]


async def write(folder: BackupFolder, plan: BackupPlan, *, now: datetime, report: Report) -> BackupOutcome:
    """Write a backup and remove those that are too old; a backup that fails leaves nothing. Raises BackupError."""
    began = time.monotonic()
    backup = Backup(folder.path, backup_folder.name_at(now))
    with folder.locked():
        folder.remove_parts()
        manifest = await _written(folder, backup, plan, report)
        folder.remove_old(now=now, kept=plan.kept)
    return BackupOutcome(
        name=backup.name,
        taken_at=backup.taken_at,
        bytes=backup.size(),
        tables=len(manifest.tables),
        rows=manifest.rows,
        seconds=time.monotonic() - began,
    )


async def _written(folder: BackupFolder, backup: Backup, plan: BackupPlan, report: Report) -> BackupManifest:
    end = ".age" if plan.recipients else ""
    parts = {name: backup.file(name + PART) for name in (f"dump{end}", f"files.tar{end}", "json")}
    try:
        digests, manifest = await _parts(backup, [*parts.values()], plan, report)
        folder.publish(backup, parts, checksums.lines(digests))
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    return manifest


async def _parts(
    backup: Backup, parts: list[Path], plan: BackupPlan, report: Report
) -> tuple[dict[str, str], BackupManifest]:
    """Write the dump, the archive and the manifest; return their digests by their final names."""
    encrypt = encryption.encryption_to(plan.recipients)
    dump, archive, about = (HashedFile(part) for part in parts)
    with dump, archive, about:
        dumped = await _dumped(plan, dump, encrypt, report)
        await report(90, "Archiving the files.")
        manifest = BackupManifest(
            taken_at=backup.taken_at,
            version=version.installed(),
            migration=dumped.migration,
            dumped_by=dumped.by,
            encrypted=bool(plan.recipients),
            tables=dumped.tables,
            files=await _archived(plan.folders, archive, encrypt),
        )
        about.write(manifests.written(manifest))
    return {file.name.removesuffix(PART): file.sha256 for file in (dump, archive, about)}, manifest


async def _dumped(plan: BackupPlan, file: HashedFile, encrypt: encryption.Copy, report: Report) -> _Dumped:
    """Dump one snapshot, and count its rows meanwhile."""
    async with snapshots.exported(plan.url) as snapshot:
        pg_dump = dumps.program("pg_dump", server=snapshot.server)
        migration = await snapshots.migration(snapshot.connection)
        expected = max(1, await snapshot.size() // _COMPRESSION)
        dumping = dumps.dump(pg_dump, plan.url, snapshot, file, encrypt)
        counting = snapshots.row_counts(snapshot.connection)
        tables = await _both(counting, _reported(dumping, file, expected, report))
    return _Dumped(migration=migration, by=pg_dump.major, tables=tables)


async def _both(counting: Awaitable[dict[str, int]], dumping: Awaitable[None]) -> dict[str, int]:
    """Wait for both; where one fails, end the other. Return the counts."""
    counts, dump = asyncio.ensure_future(counting), asyncio.ensure_future(dumping)
    try:
        await asyncio.gather(counts, dump)
    finally:
        counts.cancel()
        dump.cancel()
        await asyncio.gather(counts, dump, return_exceptions=True)
    return counts.result()


async def _reported(dumping: Any, file: HashedFile, expected: int, report: Report) -> None:
    """Tell every few seconds how far the dump is."""
    task = asyncio.ensure_future(dumping)
    try:
        while not task.done():
            await report(min(85, 85 * file.size // expected), f"{file.size >> 20} MB are written.")
            await asyncio.wait({task}, timeout=_REPORT_EVERY_S)
    finally:
        task.cancel()
        await asyncio.wait({task})
    await task


async def _archived(folders: tuple[Path, ...], file: HashedFile, encrypt: encryption.Copy) -> int:
    is_halted = Event()
    counts: list[int] = []

    def archive() -> None:
        def produce(writer: BinaryIO) -> None:
            counts.append(file_archives.write(folders, writer, is_halted=is_halted.is_set))

        with pipes.produced(produce) as reader:
            encrypt(reader, file)

    await program_runs.in_thread(archive, stop=is_halted.set)
    return counts[0]
