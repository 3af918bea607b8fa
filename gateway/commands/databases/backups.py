"""Commands `backup`, `backup list`, `backup verify` and `restore`."""

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from domain import job_table
from domain.acts import by_platform
from domain.jobs import job_administration
from domain.jobs.backup_jobs import BackupDamagedError, BackupError, BackupOutcome
from domain.mail import outbox
from domain.unit_of_work import Meter
from domain.webhooks import delivery_jobs
from gateway import secrets_and_ids
from gateway.backups import backup_folder, replacements, restorations, snapshots
from gateway.backups.backup_folder import Backup
from gateway.backups.configured_backups import ConfiguredBackups
from gateway.backups.restorations import CheckedBackup
from gateway.commands import stores
from gateway.commands.tables import print_rows
from gateway.databases import migrations
from gateway.settings.environment import Settings

_DAMAGED = 1
_SENDING = (outbox.QUEUE, delivery_jobs.QUEUE)
"""The queues whose jobs send something to others."""


async def write(settings: Settings, url: str, _arguments: argparse.Namespace) -> int:
    """Write a backup of the database and of the files beside it; remove those that are too old."""
    backups = _configured(settings, url)
    done = await backups.write(_report)
    print(f"{backups.folder.path / done.name} is written: {_figures(done)}.")
    return 0


async def list_backups(settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Print the whole backups, the newest first."""
    rows = [_row(backup) for backup in _configured(settings, url).folder.all()]
    print_rows(rows, as_json=arguments.json, empty="There are no backups.")
    return 0


async def verify(settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Restore a backup into a scratch database, migrate it, compare it, and print how long that took."""
    backups = _configured(settings, url)
    backup = None if arguments.file is None else _found(backups, arguments.file)
    try:
        done = await backups.verify(_report, backup=backup, identity=arguments.identity)
    except BackupDamagedError as error:
        return _damaged(error)
    print(
        f"{done.name} is good: {_figures(done)}, migrated to {migrations.newest()}; the XP of all learners agrees."
    )
    return 0


async def restore(settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Restore a backup into an empty database, or in place of the present one, all or nothing; then migrate."""
    backups = _configured(settings, url)
    now = secrets_and_ids.now()
    try:
        whole = await restorations.checked(
            _found(backups, arguments.file), arguments.identity or settings.backup_identity
        )
        await _restored(url, whole, now=now, replace=arguments.replace)
        if not arguments.without_files:
            new, present = await restorations.restore_files(whole, backups.folders)
            print(f"{new} files are restored, {present} were there.")
    except BackupDamagedError as error:
        return _damaged(error)
    await _pause(url, whole.backup, now)
    print(
        f"{whole.backup.name} is restored: {whole.manifest.rows:,} rows, migrated to {migrations.newest()}."
    )
    return 0


async def _restored(url: str, whole: CheckedBackup, *, now: datetime, replace: bool) -> None:
    async with snapshots.connected(url) as connection:
        is_empty = await snapshots.is_empty(connection)
    if is_empty:
        await restorations.fill(url, whole, in_one_transaction=True)
        await migrations.upgrade(url)
    elif replace:
        old = await replacements.replace(url, whole, now=now)
        print(f"The database before is kept as {old}; drop it when you do not need it any more.")
    else:
        raise BackupError(
            "The database has tables: restore into an empty one, or repeat it with --replace while no process of "
            "QuestPath runs."
        )


async def _pause(url: str, backup: Backup, now: datetime) -> None:
    """Pause what sends, so that mails and webhooks that went out after the backup do not go out again."""
    act = by_platform(now=now, mint=secrets_and_ids.mint)
    reason = f"restored from {backup.name}"
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        for queue in _SENDING:
            await job_administration.pause(work, act, job_table.KINDS, queue=queue, reason=reason)
    print(f"The queues {' and '.join(_SENDING)} are paused; look at what waits, and resume them.")


def _configured(settings: Settings, url: str) -> ConfiguredBackups:
    return ConfiguredBackups(settings, url, secrets_and_ids.now)


def _found(backups: ConfiguredBackups, given: Path) -> Backup:
    """Return the backup of a path, or of a bare name in the folder of backups."""
    is_bare = given.parent == Path() and not given.exists()
    return backup_folder.find(backups.folder.path / given.name if is_bare else given)


def _row(backup: Backup) -> dict[str, Any]:
    try:
        manifest = backup.manifest()
    except BackupDamagedError:
        return {"backup": backup.name, "bytes": backup.size(), "damaged": True}
    return {
        "backup": backup.name,
        "bytes": backup.size(),
        "tables": len(manifest.tables),
        "rows": manifest.rows,
        "migration": manifest.migration,
        "encrypted": manifest.encrypted,
        "verified": backup_folder.verified_at(backup),
    }


def _figures(done: BackupOutcome) -> str:
    return f"{done.bytes:,} bytes, {done.tables} tables, {done.rows:,} rows, {done.seconds:.1f} s"


async def _report(_progress: int, note: str) -> None:
    if sys.stderr.isatty():
        print(note, file=sys.stderr)


def _damaged(error: BackupDamagedError) -> int:
    print(f"questpath: {error.message}", file=sys.stderr)
    return _DAMAGED
