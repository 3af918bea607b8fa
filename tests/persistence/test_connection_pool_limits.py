"""Idle and age limits of the connection pool."""

import asyncio
from types import SimpleNamespace
from typing import Any

import asyncpg

from persistence.connection_pool import GROW_AFTER_S, USUAL, Pool, PoolLoad
from persistence.pooling.connection_lifetimes import LONGEST_IDLE_S, LONGEST_LIFE_S
from tests.support.connection_pools import MakePool


async def lend(pool: Pool, clock: SimpleNamespace, count: int) -> "list[asyncpg.Connection[Any]]":
    """Borrow so many connections, those beyond the usual after a wait."""
    lent = [await pool.acquire() for _ in range(min(USUAL, count))]
    waiting = [asyncio.create_task(pool.acquire()) for _ in range(count - len(lent))]
    await asyncio.sleep(0)
    clock.now += GROW_AFTER_S
    pool._check()
    return [*lent, *await asyncio.gather(*waiting)]


async def test_connections_beyond_the_usual_are_closed_once_idle_for_long(
    make_pool: MakePool, pool_clock: SimpleNamespace
) -> None:
    pool = make_pool(USUAL + 2)
    for connection in await lend(pool, pool_clock, USUAL + 2):
        pool.release(connection)
    pool._sweep()
    assert pool.load == PoolLoad(0, USUAL + 2, USUAL + 2, 0)

    pool_clock.now += LONGEST_IDLE_S
    pool._sweep()

    assert pool.load == PoolLoad(0, USUAL, USUAL + 2, 0)


async def test_the_connections_that_were_idle_longest_are_closed(
    make_pool: MakePool, pool_clock: SimpleNamespace
) -> None:
    pool = make_pool(USUAL + 1)
    lent = await lend(pool, pool_clock, USUAL + 1)
    for connection in lent:
        pool.release(connection)
    pool._sweep()

    pool._sweep()
    await asyncio.gather(*pool._closing)

    assert [connection.is_closed() for connection in lent] == [True] + [False] * USUAL


async def test_a_connection_lent_since_the_last_sweep_stays(
    make_pool: MakePool, pool_clock: SimpleNamespace
) -> None:
    pool = make_pool(USUAL + 2)
    lent = await lend(pool, pool_clock, USUAL + 2)
    for connection in lent:
        pool.release(connection)
    pool._sweep()

    for connection in await lend(pool, pool_clock, USUAL + 1):
        pool.release(connection)
    pool._sweep()

    assert pool.load == PoolLoad(0, USUAL + 1, USUAL + 2, 0)


async def test_connections_in_use_count_among_the_usual(
    make_pool: MakePool, pool_clock: SimpleNamespace
) -> None:
    pool = make_pool(USUAL + 2)
    lent = await lend(pool, pool_clock, USUAL + 2)
    for connection in lent[:3]:
        pool.release(connection)
    pool._sweep()

    pool._sweep()

    assert pool.load == PoolLoad(USUAL - 1, 1, USUAL + 2, 0)
    for connection in lent[3:]:
        pool.release(connection)


async def test_an_old_connection_is_closed_when_it_comes_back(
    make_pool: MakePool, pool_clock: SimpleNamespace
) -> None:
    pool = make_pool(1)
    old = await pool.acquire()
    pool_clock.now += LONGEST_LIFE_S
    pool._sweep()
    assert not old.is_closed()

    pool.release(old)
    await asyncio.gather(*pool._closing)

    assert old.is_closed()
    assert pool.load == PoolLoad(0, 0, 1, 0)
    pool.release(await pool.acquire())
    assert pool.load == PoolLoad(0, 1, 1, 0)


async def test_a_younger_connection_is_lent_again(make_pool: MakePool, pool_clock: SimpleNamespace) -> None:
    pool = make_pool(1)
    connection = await pool.acquire()
    pool_clock.now += LONGEST_LIFE_S - 1
    pool._sweep()

    pool.release(connection)

    assert await pool.acquire() is connection
    pool.release(connection)


async def test_a_waiter_opens_a_connection_in_place_of_an_old_one(
    make_pool: MakePool, pool_clock: SimpleNamespace
) -> None:
    pool = make_pool(1)
    old = await pool.acquire()
    waiting = asyncio.create_task(pool.acquire())
    await asyncio.sleep(0)
    pool_clock.now += LONGEST_LIFE_S
    pool._sweep()

    pool.release(old)

    fresh = await asyncio.wait_for(waiting, 5)
    assert fresh is not old
    pool.release(fresh)


async def test_the_pool_sweeps_by_itself_until_it_is_closed(make_pool: MakePool) -> None:
    pool = make_pool(1)
    first = pool._next_sweep
    assert abs(first.when() - asyncio.get_running_loop().time() - LONGEST_IDLE_S) < 1

    pool._sweep()
    await pool.close()

    assert pool._next_sweep is not first
    assert pool._next_sweep.cancelled()
