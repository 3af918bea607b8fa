"""Brings a database to the newest migration, and tells whether it is there."""

import asyncio
import logging
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config

import migrations

FOLDER = Path(migrations.__file__).parent
_LOCK = 7_263_545_001
_LOCK_TIMEOUT_S = 60


def newest() -> str:
    """Return the number of the newest script."""
    return max(path.name for path in (FOLDER / "versions").glob("[0-9]*.py")).partition("_")[0]


def config(url: str) -> Config:
    """Return alembic's configuration for the database at `url`."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.attributes["url"] = url
    return made


async def current(url: str) -> str | None:
    """Return the number of the newest script that the database has, or None for an empty one."""
    connection = await asyncpg.connect(url)
    try:
        if not await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL"):
            return None
        version: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return version
    finally:
        await connection.close()


async def upgrade(url: str) -> None:
    """Run the missing scripts; concurrent callers wait for each other."""
    if await current(url) == newest():
        return
    guard = await asyncpg.connect(url)
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", _LOCK, timeout=_LOCK_TIMEOUT_S)
        logging.getLogger("alembic").setLevel(logging.WARNING)
        await asyncio.to_thread(command.upgrade, config(url), "head")
    finally:
        await guard.close()
