"""Alembic environment: runs migrations over asyncpg, on the database whose URL the gateway passes in."""

import asyncio
from functools import partial

import asyncpg
from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from persistence.schema import metadata


def migrate(connection: Connection) -> None:
    """Run each migration in a transaction of its own."""
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def online(url: str) -> None:
    """Connect and migrate."""
    # asyncpg reads the address, because SQLAlchemy reads only the first of several hosts.
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=partial(asyncpg.connect, url), poolclass=NullPool
    )
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
        await connection.commit()
    await engine.dispose()


if context.is_offline_mode():
    context.configure(dialect_name="postgresql", target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    asyncio.run(online(context.config.attributes["url"]))
