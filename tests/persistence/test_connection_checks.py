"""Connection pool: a connection that has rested is checked before it is lent, and no other one."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from persistence.connection_pool import Pool, PoolLoad
from persistence.pooling import connection_lifetimes
from tests.support.connection_pools import MakePool

Checks = list["asyncpg.Connection[Any]"]


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Checks:
    """The connections that were checked."""
    checked: Checks = []
    check: Callable[[asyncpg.Connection[Any]], Awaitable[bool]] = connection_lifetimes.answers

    async def answers(connection: "asyncpg.Connection[Any]") -> bool:
        checked.append(connection)
        return await check(connection)

    monkeypatch.setattr(connection_lifetimes, "answers", answers)
    return checked


async def lend(pool: Pool, count: int) -> Checks:
    """Borrow so many connections at once, and give them back."""
    lent = [await pool.acquire() for _ in range(count)]
    for connection in lent:
        pool.release(connection)
    return lent


def rest(pool: Pool) -> None:
    """Let two marks pass."""
    pool._mark()
    pool._mark()


async def test_a_connection_that_was_lent_since_the_last_mark_is_not_checked(
    make_pool: MakePool, checks: Checks
) -> None:
    pool = make_pool(1)
    await lend(pool, 1)

    for _ in range(3):
        pool._mark()
        await lend(pool, 1)

    assert checks == []


async def test_a_connection_that_has_rested_is_checked_once_and_lent(
    make_pool: MakePool, checks: Checks
) -> None:
    pool = make_pool(1)
    (rested,) = await lend(pool, 1)
    rest(pool)

    assert await lend(pool, 1) == [rested]
    assert await lend(pool, 1) == [rested]

    assert checks == [rested]
    assert pool.load == PoolLoad(0, 1, 1, 0)


async def test_of_several_only_those_that_have_rested_are_checked(
    make_pool: MakePool, checks: Checks
) -> None:
    pool = make_pool(2)
    lowest, _ = await lend(pool, 2)
    pool._mark()
    await lend(pool, 1)
    pool._mark()

    await lend(pool, 2)

    assert checks == [lowest]
    assert pool.load == PoolLoad(0, 2, 2, 0)


async def test_connections_that_died_while_they_rested_are_replaced(
    make_pool: MakePool, checks: Checks, database_url: str
) -> None:
    pool = make_pool(2)
    dead = await lend(pool, 2)
    rest(pool)
    await kill(database_url, dead)

    alive = await pool.acquire()

    assert alive not in dead
    assert await alive.fetchval("SELECT 1") == 1
    assert len(checks) == 1
    assert pool.load == PoolLoad(1, 0, 2, 0)
    pool.release(alive)


async def test_a_caller_that_gives_up_during_a_check_leaves_its_room(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_connection: "asyncpg.Connection[Any]") -> bool:
        await asyncio.Event().wait()
        return True

    pool = make_pool(1)
    (rested,) = await lend(pool, 1)
    rest(pool)
    monkeypatch.setattr(connection_lifetimes, "answers", never)
    caller = asyncio.create_task(pool.acquire())
    await asyncio.sleep(0)

    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)

    assert pool.load == PoolLoad(0, 0, 1, 0)
    fresh = await pool.acquire()
    assert fresh is not rested
    pool.release(fresh)


async def test_the_pool_closes_a_connection_that_waits_for_its_check(make_pool: MakePool) -> None:
    pool = make_pool(1)
    (rested,) = await lend(pool, 1)
    rest(pool)
    assert pool._take_idle() is None

    await pool.close()

    assert rested.is_closed()


async def kill(database_url: str, connections: Checks) -> None:
    """End the sessions of connections on the server, and wait until they are gone."""
    pids = [connection.get_server_pid() for connection in connections]
    killer = await asyncpg.connect(database_url)
    try:
        await killer.execute("SELECT pg_terminate_backend(pid, 5000) FROM unnest($1::int[]) AS pid", pids)
    finally:
        await killer.close()
