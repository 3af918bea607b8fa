"""Migrations beside a running gateway: they wait for locks only briefly, try again, and fill tables in batches."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import DBAPIError

from gateway.databases import migrations
from tests.support.patience import PATIENCE_S
from tests.support.written_migrations import WRITTEN, a_migration

pytestmark = pytest.mark.slow
NEWEST = migrations.newest()
SEEDED = (
    "INSERT INTO exam_types (id, code, name, description) SELECT 'examtype_' || n, 'e' || n, '', '' "
    "FROM generate_series(1, 25) n"
)
ADD = 'op.add_column("exam_types", sa.Column("seed", sa.Text))'
FILL = 'batches.fill("exam_types", "seed = code", where="seed IS NULL", size=10)'


@asynccontextmanager
async def connected(url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def upgrade(url: str, configuration: Config) -> None:
    await migrations.locked(url, partial(command.upgrade, configuration, WRITTEN))


async def is_waiting(connection: "asyncpg.Connection[Any]", words: str) -> None:
    """Wait until another connection waits for a lock in a statement that holds `words`."""
    async with asyncio.timeout(PATIENCE_S):
        while not await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1 "
            "AND datname = current_database()",
            f"%{words}%",
        ):
            await asyncio.sleep(0.02)


async def test_a_migration_waits_for_a_lock_and_tries_again(database_url: str, tmp_path: Path) -> None:
    configuration = a_migration(tmp_path, ADD, url=database_url, after=NEWEST)
    async with connected(database_url) as holder, connected(database_url) as reader:
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute("SELECT FROM exam_types")

        running = asyncio.create_task(upgrade(database_url, configuration))
        await is_waiting(reader, "ADD COLUMN seed")
        assert await reader.fetchval("SELECT count(*) FROM exam_types", timeout=PATIENCE_S) == 0
        await is_waiting(reader, "ADD COLUMN seed")
        await transaction.rollback()
        await running

    assert await migrations.current(database_url) == WRITTEN


async def test_a_lock_that_is_never_given_ends_the_command_and_changes_nothing(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "TRIES", 1)
    configuration = a_migration(tmp_path, ADD, url=database_url, after=NEWEST)
    async with connected(database_url) as holder, holder.transaction():
        await holder.execute("SELECT FROM exam_types")

        with pytest.raises(migrations.TablesLockedError):
            await upgrade(database_url, configuration)

    assert await migrations.current(database_url) == NEWEST


async def test_a_column_is_filled_in_batches_of_their_own_transactions(
    database_url: str, tmp_path: Path
) -> None:
    configuration = a_migration(tmp_path, f"{ADD}\n{FILL}", url=database_url, after=NEWEST)
    async with connected(database_url) as connection:
        await connection.execute(SEEDED)

        await upgrade(database_url, configuration)

        filled = await connection.fetch(
            "SELECT count(*), xmin FROM exam_types WHERE seed = code GROUP BY xmin"
        )
    assert sorted(row["count"] for row in filled) == [5, 10, 10]


async def test_a_fill_that_was_stopped_goes_on_where_it_was(database_url: str, tmp_path: Path) -> None:
    unfit = FILL.replace("seed = code", "seed = (1 / (CASE code WHEN 'e9' THEN 0 ELSE 1 END))::text")
    first, second = tmp_path / "first", tmp_path / "second"
    async with connected(database_url) as connection:
        await connection.execute(SEEDED)
        await connection.execute("ALTER TABLE exam_types ADD COLUMN seed text")
        with pytest.raises(DBAPIError, match="division by zero"):
            await upgrade(database_url, a_migration(first, unfit, url=database_url, after=NEWEST))
        assert await connection.fetchval("SELECT count(seed) FROM exam_types") == 20

        await upgrade(database_url, a_migration(second, FILL, url=database_url, after=NEWEST))

        filled = await connection.fetchrow(
            "SELECT count(*) FILTER (WHERE seed = '1'), count(*) FILTER (WHERE seed = code) FROM exam_types"
        )
    assert tuple(filled) == (20, 5)


async def test_a_batch_waits_for_a_locked_row(database_url: str, tmp_path: Path) -> None:
    configuration = a_migration(tmp_path, FILL, url=database_url, after=NEWEST)
    async with connected(database_url) as holder, connected(database_url) as reader:
        await holder.execute(SEEDED)
        await holder.execute("ALTER TABLE exam_types ADD COLUMN seed text")
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute("SELECT FROM exam_types WHERE code = 'e25' FOR UPDATE")

        running = asyncio.create_task(upgrade(database_url, configuration))
        await is_waiting(reader, "FOR NO KEY UPDATE")
        assert await reader.fetchval("SELECT count(seed) FROM exam_types") == 10
        await transaction.rollback()
        await running

        assert await reader.fetchval("SELECT count(*) FROM exam_types WHERE seed IS NULL") == 0


async def test_an_index_is_made_while_two_commands_run_and_a_transaction_is_open(
    database_url: str, tmp_path: Path
) -> None:
    statement = 'locks.create_index("seeds_idx", "exam_types", ["name"])'
    configuration = a_migration(tmp_path, statement, url=database_url, after=NEWEST)
    async with connected(database_url) as holder, connected(database_url) as writer:
        transaction = holder.transaction(isolation="repeatable_read")
        await transaction.start()
        await holder.execute("SELECT FROM users")
        running = [asyncio.create_task(upgrade(database_url, configuration)) for _ in range(2)]
        await is_waiting(writer, "CREATE INDEX CONCURRENTLY")
        await writer.execute(SEEDED, timeout=PATIENCE_S)

        await transaction.rollback()
        await asyncio.gather(*running)

        assert await writer.fetchval(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 'seeds_idx'::regclass"
        )
