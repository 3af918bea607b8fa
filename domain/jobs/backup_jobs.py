"""Backup jobs: the kinds of work that write a backup and that verify one, and the port behind them."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

from domain.accounts.users import Role
from domain.entities import entity
from domain.errors import DomainError
from domain.jobs.job_kinds import JobKind, NoArguments, RetryPolicy

QUEUE = "backups"
"""The queue of backups; only workers that see the folder of backups serve it."""
_HOURS = timedelta(hours=12)


class BackupError(DomainError):
    """A backup could not be written, read or restored."""

    code = "BACKUP_FAILED"


class BackupDamagedError(BackupError):
    """The files of a backup are not those that were written, or do not hold what the database held."""

    code = "BACKUP_DAMAGED"


@entity
class BackupOutcome:
    """What came of a backup or of its restoration: its name, the bytes of its files, its tables and rows."""

    name: str
    taken_at: datetime
    bytes: int
    tables: int
    rows: int
    seconds: float


Report = Callable[[int, str], Awaitable[None]]
"""Takes the progress in percent and a note."""


class Backups(Protocol):
    """Writes and verifies the backups of this installation."""

    async def write(self, report: Report) -> BackupOutcome:
        """Write a backup, and remove those that are too old; raises BackupError."""

    async def verify(self, report: Report) -> BackupOutcome:
        """Restore the newest backup into a scratch database; raises BackupError or BackupDamagedError."""


_RESULT: dict[str, type] = {"outcome": str, "backup": str, "bytes": int, "rows": int, "seconds": int}

BACK_UP = JobKind(
    name="back_up",
    description="Writes a backup of the database and of the files beside it.",
    queue=QUEUE,
    arguments=NoArguments,
    at_once=1,
    retries=RetryPolicy(attempts=3, base=timedelta(minutes=1), timeout=_HOURS, final=()),
    starter=Role.OPERATOR,
    result=_RESULT,
)
VERIFY_BACKUP = JobKind(
    name="verify_backup",
    description="Restores the newest backup into a scratch database, and compares it with what was backed up.",
    queue=QUEUE,
    arguments=NoArguments,
    at_once=1,
    retries=RetryPolicy(attempts=3, base=timedelta(minutes=1), timeout=_HOURS, final=(BackupDamagedError,)),
    starter=Role.OPERATOR,
    result=_RESULT,
)
