"""Migrations: they make the tables of the code, and each can be undone and applied again."""

import asyncio
import re
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from gateway.databases import migrations
from persistence.schema import metadata

ROOT = Path(__file__).parent.parent.parent


async def test_the_migrations_make_the_tables_of_the_code(shared_url: str) -> None:
    engine = create_async_engine(
        shared_url.replace("postgresql://", "postgresql+asyncpg://"), poolclass=NullPool
    )

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "compare_server_default": False, "include_name": is_ours},
        )
        return list(compare_metadata(context, metadata))

    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()

    assert found == []


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Tell whether the code declares the object: not pgqueuer's, partitions', nor what the search keeps."""
    if kind == "table":
        return not str(name).startswith(("pgqueuer", "attempt_slots_"))
    return not re.search(r"search_(vector|title)|_fkey_?\d+$", str(name))


def test_every_table_is_created_by_a_migration() -> None:
    scripts = "".join(path.read_text("utf-8") for path in (ROOT / "migrations/versions").glob("*.py"))

    assert set(re.findall(r'op\.create_table\(\s*"(\w+)"', scripts)) >= set(metadata.tables)


@pytest.mark.slow
async def test_every_migration_can_be_undone_and_applied_again(database_url: str) -> None:
    before = await _tables(database_url)

    await asyncio.to_thread(command.downgrade, migrations.config(database_url), "base")
    assert await _tables(database_url) == {"alembic_version"}
    await migrations.upgrade(database_url)

    assert await _tables(database_url) == before
    assert await migrations.current(database_url) == migrations.newest()


async def _tables(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {row["tablename"] for row in rows}
    finally:
        await connection.close()


@pytest.mark.slow
async def test_addresses_get_their_one_spelling_and_no_account_loses_its_own(database_url: str) -> None:
    await asyncio.to_thread(command.downgrade, migrations.config(database_url), "0025")
    connection = await asyncpg.connect(database_url)
    try:
        for number, email in enumerate(
            [
                "ada@example.org",
                "ju\u0308rgen@example.org",
                "j\u00fcr\uff47en@example.org",
                "bo\u0308@example.org",
            ]
        ):
            await connection.execute(
                "INSERT INTO users (id, handle, display_name, email, roles, time_zone, joined_at) "
                "VALUES ($1, $2, $2, $3, $4, $5, now())",
                f"user_{number}",
                f"user{number}",
                email,
                ["LEARNER"],
                "UTC",
            )

        await migrations.upgrade(database_url)

        rows = await connection.fetch("SELECT email FROM users ORDER BY id")
    finally:
        await connection.close()

    assert [row["email"] for row in rows] == [
        "ada@example.org",
        "jürgen@example.org",
        "j\u00fcr\uff47en@example.org",
        "bö@example.org",
    ]
