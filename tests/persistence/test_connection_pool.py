"""Connection pool: it is bounded and fair, and keeps no connection that is unusable, too old or idle for too long."""

import asyncio

import asyncpg
import pytest

from domain.errors import UnavailableError
from domain.unit_of_work import Meter
from persistence.connection_pool import USUAL, Pool
from persistence.database import Database, connect


async def connections_of(database_url: str) -> int:
    watcher = await asyncpg.connect(database_url)
    try:
        found: int = await watcher.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return found
    finally:
        await watcher.close()


async def test_no_more_connections_than_allowed_serve_everyone(database_url: str) -> None:
    async with connect(database_url, largest=3) as database:
        seen: list[int] = []

        async def work() -> None:
            async with database.connection(Meter()) as connection:
                seen.append(await connection.raw.fetchval("SELECT pg_backend_pid() FROM pg_sleep(0.01)"))

        await asyncio.gather(*(work() for _ in range(30)))

        assert len(seen) == 30
        assert len(set(seen)) <= 3


async def test_short_work_is_done_by_a_few_connections(database_url: str) -> None:
    async with connect(database_url, largest=10) as database:
        seen: set[int] = set()

        async def work() -> None:
            async with database.connection(Meter()) as connection:
                seen.add(await connection.raw.fetchval("SELECT pg_backend_pid()"))

        for _ in range(USUAL):  # connecting takes longer than `GROW_AFTER_S`
            await asyncio.gather(*(work() for _ in range(USUAL)))
        seen.clear()
        await asyncio.gather(*(work() for _ in range(2 * USUAL)))

        assert len(seen) <= USUAL


async def test_more_connections_are_lent_where_work_takes_long(database_url: str) -> None:
    async with connect(database_url, largest=USUAL + 3) as database:
        done = asyncio.Event()
        lent = 0

        async def work() -> None:
            nonlocal lent
            async with database.connection(Meter()):
                lent += 1
                await done.wait()

        tasks = [asyncio.create_task(work()) for _ in range(USUAL + 3)]
        async with asyncio.timeout(5):
            while lent < len(tasks):
                await asyncio.sleep(0.01)
        done.set()
        await asyncio.gather(*tasks)


async def test_room_is_offered_to_the_next_caller_when_connecting_fails(database_url: str) -> None:
    attempts = 0

    async def open_connection() -> "asyncpg.Connection[asyncpg.Record]":
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            raise ConnectionRefusedError
        return await asyncpg.connect(database_url)

    pool = Pool(open_connection, largest=1, timeout_s=5)
    first, second = asyncio.create_task(pool.acquire()), asyncio.create_task(pool.acquire())

    with pytest.raises(ConnectionRefusedError):
        await first

    pool.release(await second)
    await pool.close()


async def test_a_caller_that_waits_too_long_gets_a_timeout(database_url: str) -> None:
    async def open_connection() -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(database_url)

    pool = Pool(open_connection, largest=1, timeout_s=0.05)
    lent = await pool.acquire()

    with pytest.raises(TimeoutError):
        await pool.acquire()

    pool.release(lent)
    assert await pool.acquire() is lent
    pool.release(lent)
    await pool.close()


async def test_a_cancelled_statement_is_cancelled_in_postgres_and_its_connection_closed(
    database_url: str,
) -> None:
    async with connect(database_url, largest=1) as database:

        async def sleep() -> None:
            async with database.connection(Meter()) as connection:
                await connection.raw.fetchval("SELECT pg_sleep(30)")

        task = asyncio.create_task(sleep())
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        async with asyncio.timeout(5), database.connection(Meter()) as connection:
            while await connection.raw.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid() "
                "AND state = 'active'"
            ):
                await asyncio.sleep(0.05)


async def test_a_killed_connection_is_replaced(database_url: str) -> None:
    async with connect(database_url, largest=2) as database:
        async with database.connection(Meter()) as connection:
            pid = await connection.raw.fetchval("SELECT pg_backend_pid()")
        killer = await asyncpg.connect(database_url)
        await killer.execute(f"SELECT pg_terminate_backend({pid})")
        await killer.close()
        await asyncio.sleep(0.05)

        async with database.connection(Meter()) as connection:
            assert await connection.raw.fetchval("SELECT 1") == 1


async def test_a_connection_lost_in_the_middle_is_unavailable(database: Database) -> None:
    with pytest.raises(UnavailableError):
        async with database.connection(Meter()) as connection:
            await connection.raw.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    async with database.connection(Meter()) as connection:
        assert await connection.raw.fetchval("SELECT 1") == 1


async def test_a_statement_over_its_deadline_is_a_timeout(database: Database) -> None:
    with pytest.raises(TimeoutError):
        async with database.connection(Meter()) as connection:
            await connection.raw.execute("SET LOCAL statement_timeout = 10; SELECT pg_sleep(1)")


async def test_closing_closes_every_connection(database_url: str) -> None:
    async with connect(database_url, largest=4) as database:

        async def work() -> None:
            async with database.connection(Meter()) as connection:
                await connection.raw.fetchval("SELECT pg_sleep(0.05)")

        await asyncio.gather(*(work() for _ in range(4)))
        assert await connections_of(database_url) == 4

    assert await connections_of(database_url) == 0


async def test_cancelled_waiters_take_no_connection_with_them(database_url: str) -> None:
    async with connect(database_url, largest=1) as database:
        async with database.connection(Meter()):
            waiting = [asyncio.create_task(_touch(database)) for _ in range(5)]
            await asyncio.sleep(0.01)
            for task in waiting[:4]:
                task.cancel()
            await asyncio.gather(*waiting[:4], return_exceptions=True)

        assert await asyncio.wait_for(waiting[4], 2) == 1


async def _touch(database: Database) -> int:
    async with database.connection(Meter()) as connection:
        found: int = await connection.raw.fetchval("SELECT 1")
        return found
