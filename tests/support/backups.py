"""Backups of a test's database, in a folder of the test's own."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from domain.jobs.backup_jobs import BackupOutcome
from domain.unit_of_work import Meter
from gateway import cli
from gateway.backups import checksums
from gateway.backups.backup_folder import Backup
from gateway.backups.configured_backups import ConfiguredBackups
from gateway.databases import client_programs
from gateway.settings.environment import Settings
from persistence.work import Postgres
from tests.builders import a_user

MORNING = datetime(2026, 3, 4, 1, 5, tzinfo=UTC)


async def silent(_progress: int, _note: str) -> None:
    """Take a report of progress, and do nothing."""


def backups_of(url: str, folder: Path, *, now: datetime = MORNING, **settings: Any) -> ConfiguredBackups:
    """Return the backups of a database as settings say that keep everything below a folder."""
    made = Settings(data=folder, backups=folder / "backups", **settings)
    return ConfiguredBackups(made, url, lambda: now)


async def back_up(url: str, folder: Path, *, days: float = 0, **settings: Any) -> Backup:
    """Write a backup some days after the usual morning."""
    backups = backups_of(url, folder, now=MORNING + timedelta(days=days), **settings)
    done: BackupOutcome = await backups.write(silent)
    return Backup(backups.folder.path, done.name)


async def command(url: str, line: str) -> int:
    """Run a command as the shell would, on the database at `url`."""
    arguments = cli.parser().parse_args(line.split())
    run: Callable[..., Awaitable[int]] = cli.loaded(arguments.command)  # type: ignore[assignment]
    return await run(Settings(), url, arguments)


async def a_learner(postgres: Postgres, handle: str) -> None:
    """Store a learner."""
    async with postgres.open_work(Meter()) as work:
        await work.users.add(a_user(handle=handle, email=f"{handle}@example.org"))


async def handles(url: str) -> list[str]:
    """Return the handles of all learners."""
    return [row[0] for row in await rows(url, "SELECT handle FROM users ORDER BY handle")]


async def rows(url: str, statement: str, *values: object) -> list[Any]:
    """Run a statement on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetch(statement, *values)
    finally:
        await connection.close()


async def databases(url: str, like: str) -> list[str]:
    """Return the databases of the server whose names are like a pattern."""
    found = await rows(url, "SELECT datname FROM pg_database WHERE datname LIKE $1 ORDER BY 1", like)
    return [row[0] for row in found]


async def an_empty_database(url: str, name: str) -> str:
    """Make an empty database beside that of the test, and return its address."""
    await rows(url, f"CREATE DATABASE {name} TEMPLATE template0")
    return client_programs.renamed(url, name)


def rewrite(backup: Backup, **values: Any) -> None:
    """Change what a backup says of itself, with right checksums."""
    path = backup.file("json")
    path.write_text(json.dumps(json.loads(path.read_text()) | values))
    sign(backup)


def sign(backup: Backup) -> None:
    """Write the checksums of a backup anew."""
    names = [line.split()[1] for line in backup.sums.read_text().splitlines()]
    digests = {name: checksums.sha256_of(backup.folder / name) for name in names}
    backup.sums.write_bytes(checksums.lines(digests))
