"""Configured backups: the folder, database, files and keys that the settings name, for commands and jobs."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import asyncpg

from domain.jobs.backup_jobs import BackupError, BackupOutcome, Report
from gateway.backups import backup_writer, verifications
from gateway.backups.backup_folder import Backup, BackupFolder
from gateway.backups.backup_writer import BackupPlan
from gateway.settings.environment import Settings


class ConfiguredBackups:
    """Writes and verifies backups as the settings say."""

    def __init__(self, settings: Settings, url: str, now: Callable[[], datetime]) -> None:
        self.folder = BackupFolder(settings.backups or settings.data / "backups")
        self.folders = (settings.media_folder, settings.uploads_folder)
        self._identity = settings.backup_identity
        self._scratch_url = (
            settings.backup_verify_url.get_secret_value() if settings.backup_verify_url else url
        )
        self._plan = BackupPlan(
            url=url,
            folders=self.folders,
            recipients=tuple(settings.backup_recipients),
            kept=settings.backup_kept,
        )
        self._now = now

    async def write(self, report: Report) -> BackupOutcome:
        """Write a backup, and remove those that are too old; raises BackupError."""
        try:
            return await backup_writer.write(self.folder, self._plan, now=self._now(), report=report)
        except asyncpg.PostgresError as error:
            raise _refused(error) from None

    async def verify(
        self, report: Report, *, backup: Backup | None = None, identity: Path | None = None
    ) -> BackupOutcome:
        """Restore a backup, by default the newest, into a scratch database; raises BackupError."""
        chosen = backup or self.folder.newest()
        key = identity or self._identity
        try:
            return await verifications.verify(
                chosen, self._scratch_url, identity=key, now=self._now(), report=report
            )
        except asyncpg.PostgresError as error:
            raise _refused(error) from None


def of_settings(settings: Settings, url: str, now: Callable[[], datetime]) -> ConfiguredBackups | None:
    """Return what jobs write and verify; None where no folder is set."""
    return None if settings.backups is None else ConfiguredBackups(settings, url, now)


def _refused(error: asyncpg.PostgresError) -> BackupError:
    """Return the refusal without its details, which may quote values of rows."""
    text = error.args[0] if error.args else type(error).__name__
    return BackupError(f"Postgres refused ({text}).")
