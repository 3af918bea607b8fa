"""Replacements: a backup takes the place of a database that has tables, which stays under another name."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import asyncpg

from domain.jobs.backup_jobs import BackupError
from gateway.backups import restorations, scratch_databases, snapshots
from gateway.backups.restorations import CheckedBackup
from gateway.backups.scratch_databases import quoted
from gateway.databases import client_programs, migrations

_STAMP = "%Y%m%d%H%M%S"
_MAINTENANCE = ("postgres", "template1")
_OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
_LONGEST_NAME = 63


async def replace(url: str, whole: CheckedBackup, *, now: datetime) -> str:
    """Restore into a new database, migrate it, and give it the name of the present one; return the new name of that.

    Until both names change, in one transaction, nothing has happened to the present one. Raises BackupError.
    """
    async with snapshots.connected(url) as connection:
        name: str = await connection.fetchval("SELECT current_database()")
    maintenance = next(each for each in _MAINTENANCE if each != name)
    beside = client_programs.renamed(url, maintenance)
    async with snapshots.connected(beside) as admin:
        await _refuse_others(admin, name)
        async with scratch_databases.made(beside, now=now, like=name) as new:
            await restorations.fill(new, whole, in_one_transaction=False)
            await migrations.upgrade(new)
            return await _swapped(admin, name, unquote(urlsplit(new).path[1:]), now)


async def _refuse_others(admin: "asyncpg.Connection[Any]", name: str) -> None:
    others = await admin.fetchval(_OTHERS, name)
    if others:
        raise BackupError(
            f"{others} sessions use the database: stop all processes of QuestPath (and poolers), and repeat it."
        )


async def _swapped(admin: "asyncpg.Connection[Any]", name: str, new: str, now: datetime) -> str:
    end = f"_before_{now.astimezone(UTC).strftime(_STAMP)}"
    old = name[: _LONGEST_NAME - len(end)] + end
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", new
    )  # our own session, which showed that it is in use
    try:
        async with admin.transaction():
            await admin.execute(f"ALTER DATABASE {quoted(name)} RENAME TO {quoted(old)}")
            await admin.execute(f"ALTER DATABASE {quoted(new)} RENAME TO {quoted(name)}")
    except asyncpg.ObjectInUseError:
        raise BackupError(
            "Sessions use the database: stop all processes of QuestPath, and repeat it."
        ) from None
    except asyncpg.InsufficientPrivilegeError:
        raise BackupError(
            "The role may not rename the database: it has to own it, and to have CREATEDB."
        ) from None
    return old
