"""Stores for commands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.commands.errors import CommandError
from gateway.databases import migrations
from persistence.database import STATEMENT_DEADLINE_S, connect
from persistence.signals import LocalSignals
from persistence.work import Postgres


@asynccontextmanager
async def opened(url: str, *, statement_deadline_s: float = STATEMENT_DEADLINE_S) -> AsyncIterator[Postgres]:
    """Open the stores of a database for the block; changes are not signalled to other processes."""
    async with connect(url, largest=2, statement_deadline_s=statement_deadline_s) as database:
        yield Postgres(database, LocalSignals())


async def refuse_if_behind(url: str) -> None:
    """Refuse a database without the newest migration; every job and most operations would fail on it."""
    version = await migrations.current(url)
    if migrations.is_behind(version):
        at = f"at migration {version}" if version else "empty"
        raise CommandError(
            f"The database is {at}, and this version needs {migrations.newest()}; run questpath migrate."
        )
