"""Verifications: a backup is restored into a scratch database, migrated and reconciled, which is a restore drill."""

import time
from datetime import datetime
from pathlib import Path

from domain.jobs.backup_jobs import BackupDamagedError, BackupOutcome, Report
from domain.unit_of_work import Meter
from gateway.backups import backup_folder, restorations, scratch_databases
from gateway.backups.backup_folder import Backup
from gateway.databases import migrations
from persistence.database import connect
from persistence.signals import LocalSignals
from persistence.work import Postgres

_STATEMENT_DEADLINE_S = 3_600.0


async def verify(
    backup: Backup, url: str, *, identity: Path | None, now: datetime, report: Report
) -> BackupOutcome:
    """Restore a backup into a scratch database on the server of `url`, and note beside it that it is good.

    Raises BackupError, or BackupDamagedError where it is not what was backed up.
    """
    began = time.monotonic()
    await report(1, "Checking the checksums.")
    whole = await restorations.checked(backup, identity)
    await report(10, "Restoring.")
    async with scratch_databases.made(url, now=now) as scratch:
        await restorations.fill(scratch, whole, in_one_transaction=False)
        await report(80, "Migrating.")
        await migrations.upgrade(scratch)
        await report(90, "Comparing XP.")
        await _reconcile(scratch)
    seconds = time.monotonic() - began
    backup_folder.mark_verified(backup, at=now, seconds=seconds)
    return BackupOutcome(
        name=backup.name,
        taken_at=backup.taken_at,
        bytes=backup.size(),
        tables=len(whole.manifest.tables),
        rows=whole.manifest.rows,
        seconds=seconds,
    )


async def _reconcile(url: str) -> None:
    async with (
        connect(url, largest=1, statement_deadline_s=_STATEMENT_DEADLINE_S) as database,
        Postgres(database, LocalSignals()).open_reads(Meter()) as reads,
    ):
        different = len(await reads.xp.discrepancies())
    if different:
        raise BackupDamagedError(f"The XP totals of {different} learners are not the sums of their entries.")
