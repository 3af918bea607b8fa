"""Backup handlers: what a worker runs to write and to verify backups."""

from typing import Any

from domain.jobs import backup_jobs
from domain.jobs.backup_jobs import BackupOutcome
from domain.jobs.job_kinds import NoArguments
from gateway.jobs.handlers import Handlers, InSteps, JobContext

_SWITCHED_OFF = {"outcome": "SWITCHED_OFF"}


async def back_up(context: JobContext, _arguments: NoArguments) -> dict[str, Any]:
    """Write a backup; without a folder for backups, do nothing."""
    backups = context.ports.backups
    if backups is None:
        return _SWITCHED_OFF
    return _result("WRITTEN", await backups.write(context.report))


async def verify_backup(context: JobContext, _arguments: NoArguments) -> dict[str, Any]:
    """Verify the newest backup; without a folder for backups, do nothing."""
    backups = context.ports.backups
    if backups is None:
        return _SWITCHED_OFF
    return _result("VERIFIED", await backups.verify(context.report))


def _result(outcome: str, done: BackupOutcome) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "backup": done.name,
        "bytes": done.bytes,
        "rows": done.rows,
        "seconds": round(done.seconds),
    }


HANDLERS: Handlers = {
    backup_jobs.BACK_UP.name: InSteps(back_up),
    backup_jobs.VERIFY_BACKUP.name: InSteps(verify_backup),
}
"""The handler of each kind, by its name."""
