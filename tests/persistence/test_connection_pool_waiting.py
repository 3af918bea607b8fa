"""Waiting for a connection: callers are served in order, time out, and need a timer only while one of them waits."""

import asyncio
import gc
from collections.abc import Awaitable
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from persistence.connection_pool import CHECK_EVERY_S, GROW_AFTER_S, USUAL, Pool, PoolLoad
from tests.support.connection_pools import TIMEOUT_S, MakePool


async def lend(pool: Pool, count: int) -> None:
    for _ in range(count):
        await pool.acquire()


async def wait_for_connection(pool: Pool) -> "asyncio.Task[asyncpg.Connection[Any]]":
    """Return a task that waits for a connection, and has begun to."""
    task = asyncio.create_task(pool.acquire())
    await asyncio.sleep(0)
    return task


async def settle(*tasks: Awaitable[Any]) -> list[Any]:
    return await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)


async def until_no_timer_runs(pool: Pool) -> None:
    async with asyncio.timeout(5):
        while pool._next_check is not None:
            await asyncio.sleep(CHECK_EVERY_S / 2)


async def test_the_longest_waiter_is_served_first(make_pool: MakePool) -> None:
    pool = make_pool(1)
    lent = await pool.acquire()
    served: list[int] = []

    async def take(number: int) -> None:
        connection = await pool.acquire()
        served.append(number)
        pool.release(connection)

    waiting = [asyncio.create_task(take(number)) for number in range(9)]
    await asyncio.sleep(0)
    pool.release(lent)
    await settle(*waiting)

    assert served == list(range(9))


async def test_one_more_connection_is_lent_to_a_caller_that_has_waited_for_a_while(
    make_pool: MakePool, pool_clock: SimpleNamespace
) -> None:
    pool = make_pool(USUAL + 2)
    await lend(pool, USUAL)
    first = await wait_for_connection(pool)
    pool_clock.now += GROW_AFTER_S / 2
    second = await wait_for_connection(pool)

    pool_clock.now += GROW_AFTER_S / 2 + CHECK_EVERY_S / 2
    await asyncio.wait_for(first, 5)

    assert pool.load == PoolLoad(USUAL + 1, 0, USUAL + 2, 1)
    pool_clock.now += GROW_AFTER_S
    await asyncio.wait_for(second, 5)


async def test_an_idle_connection_is_lent_before_another_is_opened(
    make_pool: MakePool, pool_clock: SimpleNamespace
) -> None:
    pool = make_pool(USUAL + 1)
    await lend(pool, USUAL)
    waiting = await wait_for_connection(pool)
    pool_clock.now += GROW_AFTER_S
    idle = await asyncio.wait_for(waiting, 5)
    pool.release(idle)

    waiting = await wait_for_connection(pool)
    pool_clock.now += GROW_AFTER_S

    assert await asyncio.wait_for(waiting, 5) is idle


async def test_each_waiter_has_a_timeout_of_its_own(make_pool: MakePool, pool_clock: SimpleNamespace) -> None:
    pool = make_pool(1)
    lent = await pool.acquire()
    first = await wait_for_connection(pool)
    pool_clock.now += TIMEOUT_S / 2
    second = await wait_for_connection(pool)

    pool_clock.now += TIMEOUT_S / 2

    assert [type(result) for result in await settle(first)] == [TimeoutError]
    assert pool.load.waiting == 1
    pool.release(lent)
    assert await second is lent


async def test_a_waiter_times_out_although_an_earlier_one_was_cancelled(
    make_pool: MakePool, pool_clock: SimpleNamespace
) -> None:
    pool = make_pool(1)
    await lend(pool, 1)
    first, second, third = [await wait_for_connection(pool) for _ in range(3)]
    first.cancel()
    third.cancel()

    pool_clock.now += TIMEOUT_S

    results = [type(result) for result in await settle(first, second, third)]
    assert results == [asyncio.CancelledError, TimeoutError, asyncio.CancelledError]
    assert pool.load == PoolLoad(1, 0, 1, 0)


async def test_a_waiter_times_out_in_a_pool_that_was_closed_meanwhile(
    make_pool: MakePool, pool_clock: SimpleNamespace
) -> None:
    pool = make_pool(1)
    lent = await pool.acquire()
    waiting = await wait_for_connection(pool)

    await pool.close()
    pool.release(lent)
    pool_clock.now += TIMEOUT_S

    assert [type(result) for result in await settle(waiting)] == [TimeoutError]


@pytest.mark.slow
async def test_a_waiter_cancelled_at_its_timeout_leaves_nothing_behind(
    make_pool: MakePool, pool_clock: SimpleNamespace
) -> None:
    complaints: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, complaint: complaints.append(complaint))
    pool = make_pool(1)
    lent = await pool.acquire()
    waiting = await wait_for_connection(pool)

    pool_clock.now += TIMEOUT_S
    pool._check()
    waiting.cancel()

    assert [type(result) for result in await settle(waiting)] == [asyncio.CancelledError]
    del waiting
    gc.collect()
    assert complaints == []
    pool.release(lent)
    assert pool.load == PoolLoad(0, 1, 1, 0)


async def test_a_cancelled_waiter_passes_its_connection_on(
    make_pool: MakePool, pool_clock: SimpleNamespace
) -> None:
    pool = make_pool(USUAL + 1)
    await lend(pool, USUAL)
    first, second = await wait_for_connection(pool), await wait_for_connection(pool)

    pool_clock.now += GROW_AFTER_S
    pool._check()
    first.cancel()

    await asyncio.wait_for(second, 5)
    assert first.cancelled()
    assert pool.load == PoolLoad(USUAL + 1, 0, USUAL + 1, 0)


async def test_one_check_serves_or_refuses_every_waiter(
    make_pool: MakePool, pool_clock: SimpleNamespace
) -> None:
    pool = make_pool(USUAL + 2)
    await lend(pool, USUAL)
    waiting = [await wait_for_connection(pool) for _ in range(5)]

    pool_clock.now += TIMEOUT_S
    pool._check()

    assert pool.load == PoolLoad(USUAL + 2, 0, USUAL + 2, 0)
    results = await settle(*waiting)
    assert [type(result) for result in results[2:]] == [TimeoutError] * 3


async def test_a_closed_coroutine_no_longer_waits(make_pool: MakePool) -> None:
    pool = make_pool(1)
    lent = await pool.acquire()
    waiting = pool.acquire()
    waiting.send(None)

    waiting.close()

    assert pool.load == PoolLoad(1, 0, 1, 0)
    pool.release(lent)
    assert pool.load == PoolLoad(0, 1, 1, 0)


async def test_the_timer_runs_only_while_a_caller_waits(make_pool: MakePool) -> None:
    pool = make_pool(1)
    lent = await pool.acquire()
    assert pool._next_check is None

    waiting = await wait_for_connection(pool)
    assert pool._next_check is not None
    pool.release(lent)
    await waiting
    await until_no_timer_runs(pool)

    cancelled = await wait_for_connection(pool)
    assert pool._next_check is not None
    cancelled.cancel()
    await until_no_timer_runs(pool)
    pool.release(lent)


async def test_all_waiters_share_one_timer(make_pool: MakePool) -> None:
    pool = make_pool(1)
    await lend(pool, 1)
    waiting = [pool.acquire() for _ in range(100)]

    timers = set()
    for each in waiting:
        each.send(None)
        timers.add(id(pool._next_check))

    assert len(timers) == 1
    for each in waiting:
        each.close()
