"""Migrations: brings a database to the newest one, and reads its version."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import DBAPIError

import migrations

FOLDER = Path(migrations.__file__).parent
_LOCK = 7_263_545_001
_LOCK_TIMEOUT_S = 60
_LOCK_POLL_S = 0.1
_LOCK_STATES = {"55P03", "40P01"}  # not given in time, deadlock
TRIES = 30
_PAUSE_S = 0.1


class TablesLockedError(Exception):
    """A migration did not get its locks, in as many tries as it has."""


def newest() -> str:
    """Return the number of the newest migration."""
    return numbers()[-1]


def numbers() -> list[str]:
    """Return the numbers of all migrations, the oldest first."""
    return sorted(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def config(url: str) -> Config:
    """Return alembic's configuration for the database at `url`."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.attributes["url"] = url
    return made


async def current(url: str) -> str | None:
    """Return the number of the newest migration that the database has, or None if it is empty."""
    connection = await asyncpg.connect(url)
    try:
        if not await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL"):
            return None
        version: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return version
    finally:
        await connection.close()


def is_behind(version: str | None) -> bool:
    """Return whether a database at `version` misses migrations. One that is ahead serves the release before, too."""
    return version is None or version < newest()


async def upgrade(url: str) -> None:
    """Run the missing migrations; concurrent callers wait for each other. Raises TablesLockedError."""
    if is_behind(await current(url)):
        await locked(url, partial(command.upgrade, config(url), "head"))


async def move(url: str, version: str | None, target: str) -> None:
    """Bring a database at `version` to the migration `target`, up or down. Raises TablesLockedError."""
    run = command.downgrade if version is not None and target < version else command.upgrade
    await locked(url, partial(run, config(url), target))


def print_sql(url: str, version: str | None, target: str) -> None:
    """Print the statements that bring a database at `version` to the migration `target`; run none."""
    run = command.downgrade if version is not None and target < version else command.upgrade
    run(config(url), f"{version or 'base'}:{target}", sql=True)


async def locked(url: str, run: Callable[[], None]) -> None:
    """Run migrations under a lock, in a thread, because alembic's environment has an event loop of its own.

    The lock is polled: a statement that waits for it would hold up `CREATE INDEX CONCURRENTLY` of who has it.
    """
    lock = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(_LOCK_TIMEOUT_S):
            while not await lock.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):  # noqa: ASYNC110 - another process has it
                await asyncio.sleep(_LOCK_POLL_S)
        logging.getLogger("alembic").setLevel(logging.WARNING)
        await _with_retries(run)
    finally:
        await lock.close()


async def _with_retries(run: Callable[[], None]) -> None:
    """Run migrations, again after a growing pause where a lock was not given in time; those that are done stay."""
    for number in range(1, TRIES + 1):
        try:
            await asyncio.to_thread(run)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _LOCK_STATES:
                raise
            await asyncio.sleep(number * _PAUSE_S)
        else:
            return
    raise TablesLockedError
