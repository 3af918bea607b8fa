"""Migrations: up, down and up again, and in step with the tables in the code."""

import asyncio

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from gateway.databases import migrating
from persistence.tables import metadata


async def test_the_tables_in_the_code_are_those_of_the_migrations(shared_url: str) -> None:
    engine = create_async_engine(
        shared_url.replace("postgresql://", "postgresql+asyncpg://"), poolclass=NullPool
    )

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": False}
        )
        return list(compare_metadata(context, metadata))

    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()

    assert found == []


@pytest.mark.slow
async def test_every_migration_can_be_undone_and_done_again(database_url: str) -> None:
    before = await _tables(database_url)

    await asyncio.to_thread(command.downgrade, migrating.config(database_url), "base")
    assert await _tables(database_url) == {"alembic_version"}
    await migrating.upgrade(database_url)

    assert await _tables(database_url) == before
    assert await migrating.current(database_url) == migrating.newest()


async def _tables(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {row["tablename"] for row in rows}
    finally:
        await connection.close()
