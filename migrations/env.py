"""Alembic environment: runs migrations over asyncpg, on the database whose URL the gateway passes in."""

import asyncio
from functools import partial

import asyncpg
from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from migrations.locks import LOCK_TIMEOUT
from persistence.schema import metadata


def migrate(connection: Connection) -> None:
    """Run each migration in a transaction of its own."""
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def online(url: str) -> None:
    """Connect and migrate; no statement waits for a lock for longer than LOCK_TIMEOUT."""
    # asyncpg reads the address, because SQLAlchemy reads only the first of several hosts.
    connecting = partial(asyncpg.connect, url, server_settings={"lock_timeout": LOCK_TIMEOUT})
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connecting, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
        await connection.commit()
    await engine.dispose()


def offline() -> None:
    """Print the statements, in the same transactions."""
    context.configure(
        dialect_name="postgresql",
        target_metadata=metadata,
        literal_binds=True,
        transaction_per_migration=True,
    )
    context.get_context().impl.static_output(f"SET lock_timeout = '{LOCK_TIMEOUT}';")
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    offline()
else:
    asyncio.run(online(context.config.attributes["url"]))
