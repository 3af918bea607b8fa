"""Backup metrics: when the newest backup was taken, and when one was verified last, by the names in its folder."""

from collections.abc import Iterator

from prometheus_client.core import Metric

from gateway.backups import backup_folder
from gateway.backups.backup_folder import BackupFolder
from gateway.settings.environment import Settings
from gateway.telemetry.gauges import gauge


def families(settings: Settings) -> Iterator[Metric]:
    """Yield the families of backups; none where no folder is set, and 0 for never."""
    if settings.backups is None:
        return
    try:
        backups = BackupFolder(settings.backups).all()
    except OSError:
        return
    newest = backups[0].taken_at.timestamp() if backups else 0.0
    checked = next((at for each in backups if (at := backup_folder.verified_at(each)) is not None), None)
    yield gauge(
        "last_backup_timestamp_seconds", "When the newest backup was taken; 0 for never.", {(): newest}
    )
    yield gauge(
        "last_backup_verified_timestamp_seconds",
        "When the newest verified backup was verified; 0 for never.",
        {(): checked.timestamp() if checked else 0.0},
    )
