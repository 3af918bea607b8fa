"""Scratch databases: made beside the others on a server for a while, and dropped also when their maker was killed."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from domain.jobs.backup_jobs import BackupError
from gateway.backups import snapshots
from gateway.databases import client_programs

PREFIX = "questpath_scratch_"
_STAMP = "%Y%m%d%H%M%S"
_LEFT_AFTER = timedelta(hours=1)
"""After what time without a session a scratch database counts as left behind."""
_LEFT = f"""
SELECT datname FROM pg_database d WHERE datname LIKE '{PREFIX.replace("_", chr(92) + "_")}%'
AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)
"""  # noqa: S608 - a constant
_LOCALE = """
SELECT datlocprovider::text AS provider, datcollate, datctype FROM pg_database
WHERE datname = coalesce($1, current_database())
"""


@asynccontextmanager
async def made(url: str, *, now: datetime, like: str | None = None) -> AsyncIterator[str]:
    """Make a database on the server of `url` for the block; yield its address. Raises BackupError.

    It has the locale of the database `like`, by default that of `url`. A session on it shows others that it is in use.
    """
    async with snapshots.connected(url) as admin:
        await _drop_left(admin, now)
        name = f"{PREFIX}{now.astimezone(UTC).strftime(_STAMP)}_{secrets.token_hex(4)}"
        await _create(admin, name, like)
        try:
            own = client_programs.renamed(url, name)
            async with snapshots.connected(own):
                yield own
        finally:
            await admin.execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")


async def _create(admin: "asyncpg.Connection[Any]", name: str, like: str | None) -> None:
    row = await admin.fetchrow(_LOCALE, like)
    assert row is not None  # noqa: S101 - both are databases of this server
    is_libc = row["provider"] == "c"
    locale = f"LC_COLLATE '{row['datcollate']}' LC_CTYPE '{row['datctype']}'" if is_libc else ""
    try:
        await admin.execute(f"CREATE DATABASE {quoted(name)} TEMPLATE template0 ENCODING 'UTF8' {locale}")
    except asyncpg.InsufficientPrivilegeError:
        raise BackupError(
            "The role may not create databases: give it CREATEDB, or set QUESTPATH_BACKUP_VERIFY_URL to a server "
            "where it may."
        ) from None


def quoted(name: str) -> str:
    """Return a name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


async def _drop_left(admin: "asyncpg.Connection[Any]", now: datetime) -> None:
    for row in await admin.fetch(_LEFT):
        stamp = row[0].removeprefix(PREFIX).partition("_")[0]
        try:
            made_at = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
        except ValueError:
            continue
        if now - made_at > _LEFT_AFTER:
            await admin.execute(f"DROP DATABASE IF EXISTS {quoted(row[0])}")
