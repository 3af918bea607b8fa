"""Waiting for a connection: in order, for so long and no longer, and with a timer only while somebody does."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from persistence.pool import LOOK_S, STRETCH_S, USUAL, Load, Pool

PATIENCE_S = 5.0
Making = Callable[..., Pool]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the pool takes for the time; it stands still until a test moves it."""
    clock = SimpleNamespace(now=1_000.0)
    monkeypatch.setattr("persistence.pool.monotonic", lambda: clock.now)
    return clock


@pytest.fixture
async def make(database_url: str) -> AsyncIterator[Making]:
    """Make pools, which are closed at the end, with what nobody gave back."""
    pools: list[Pool] = []
    opened: list[asyncpg.Connection[Any]] = []

    async def open_one() -> "asyncpg.Connection[Any]":
        opened.append(await asyncpg.connect(database_url))
        return opened[-1]

    def make(largest: int) -> Pool:
        pools.append(Pool(open_one, largest=largest, patience_s=PATIENCE_S))
        return pools[-1]

    yield make
    for pool in pools:
        await pool.close()
    for connection in opened:
        connection.terminate()


async def lend(pool: Pool, count: int) -> None:
    for _ in range(count):
        await pool.acquire()


async def come(pool: Pool) -> "asyncio.Task[asyncpg.Connection[Any]]":
    """Wait for a connection in a task, which has come to the pool when this returns."""
    task = asyncio.create_task(pool.acquire())
    await asyncio.sleep(0)
    return task


async def settle(*tasks: Awaitable[Any]) -> list[Any]:
    return await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)


async def gone(pool: Pool) -> None:
    async with asyncio.timeout(5):
        while pool._looking is not None:
            await asyncio.sleep(LOOK_S / 2)


async def test_who_came_first_is_served_first(make: Making) -> None:
    pool = make(1)
    held = await pool.acquire()
    served: list[int] = []

    async def take(number: int) -> None:
        connection = await pool.acquire()
        served.append(number)
        pool.release(connection)

    waiting = [asyncio.create_task(take(number)) for number in range(9)]
    await asyncio.sleep(0)
    pool.release(held)
    await settle(*waiting)

    assert served == list(range(9))


async def test_only_who_has_waited_for_a_while_is_lent_more(make: Making, clock: SimpleNamespace) -> None:
    pool = make(USUAL + 2)
    await lend(pool, USUAL)
    first = await come(pool)
    clock.now += STRETCH_S / 2
    second = await come(pool)

    clock.now += STRETCH_S / 2 + LOOK_S / 2
    await asyncio.wait_for(first, 5)

    assert pool.load == Load(USUAL + 1, 0, USUAL + 2, 1)
    clock.now += STRETCH_S
    await asyncio.wait_for(second, 5)


async def test_what_lies_idle_is_lent_before_another_is_opened(make: Making, clock: SimpleNamespace) -> None:
    pool = make(USUAL + 1)
    await lend(pool, USUAL)
    waiting = await come(pool)
    clock.now += STRETCH_S
    idle = await asyncio.wait_for(waiting, 5)
    pool.release(idle)

    waiting = await come(pool)
    clock.now += STRETCH_S

    assert await asyncio.wait_for(waiting, 5) is idle


async def test_patience_is_everybodys_own(make: Making, clock: SimpleNamespace) -> None:
    pool = make(1)
    held = await pool.acquire()
    first = await come(pool)
    clock.now += PATIENCE_S / 2
    second = await come(pool)

    clock.now += PATIENCE_S / 2

    assert [type(told) for told in await settle(first)] == [TimeoutError]
    assert pool.load.waiting == 1
    pool.release(held)
    assert await second is held


async def test_patience_ends_although_whoever_came_first_has_left(
    make: Making, clock: SimpleNamespace
) -> None:
    pool = make(1)
    await lend(pool, 1)
    first, second, third = [await come(pool) for _ in range(3)]
    first.cancel()
    third.cancel()

    clock.now += PATIENCE_S

    told = [type(each) for each in await settle(first, second, third)]
    assert told == [asyncio.CancelledError, TimeoutError, asyncio.CancelledError]
    assert pool.load == Load(1, 0, 1, 0)


async def test_patience_ends_in_a_pool_that_is_closed_meanwhile(make: Making, clock: SimpleNamespace) -> None:
    pool = make(1)
    held = await pool.acquire()
    waiting = await come(pool)

    await pool.close()
    pool.release(held)
    clock.now += PATIENCE_S

    assert [type(told) for told in await settle(waiting)] == [TimeoutError]


@pytest.mark.slow
async def test_who_leaves_when_the_patience_ends_leaves_nothing_behind(
    make: Making, clock: SimpleNamespace
) -> None:
    complaints: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, complaint: complaints.append(complaint))
    pool = make(1)
    held = await pool.acquire()
    waiting = await come(pool)

    clock.now += PATIENCE_S
    pool._look()
    waiting.cancel()

    assert [type(told) for told in await settle(waiting)] == [asyncio.CancelledError]
    del waiting
    gc.collect()
    assert complaints == []
    pool.release(held)
    assert pool.load == Load(0, 1, 1, 0)


async def test_who_leaves_when_more_is_lent_passes_it_on(make: Making, clock: SimpleNamespace) -> None:
    pool = make(USUAL + 1)
    await lend(pool, USUAL)
    first, second = await come(pool), await come(pool)

    clock.now += STRETCH_S
    pool._look()
    first.cancel()

    await asyncio.wait_for(second, 5)
    assert first.cancelled()
    assert pool.load == Load(USUAL + 1, 0, USUAL + 1, 0)


async def test_one_look_sees_to_everybody(make: Making, clock: SimpleNamespace) -> None:
    pool = make(USUAL + 2)
    await lend(pool, USUAL)
    waiting = [await come(pool) for _ in range(5)]

    clock.now += PATIENCE_S
    pool._look()

    assert pool.load == Load(USUAL + 2, 0, USUAL + 2, 0)
    told = await settle(*waiting)
    assert [type(each) for each in told[2:]] == [TimeoutError] * 3


async def test_who_is_never_awaited_again_waits_no_more(make: Making) -> None:
    pool = make(1)
    held = await pool.acquire()
    waiting = pool.acquire()
    waiting.send(None)

    waiting.close()

    assert pool.load == Load(1, 0, 1, 0)
    pool.release(held)
    assert pool.load == Load(0, 1, 1, 0)


async def test_the_timer_runs_only_while_somebody_waits(make: Making) -> None:
    pool = make(1)
    held = await pool.acquire()
    assert pool._looking is None

    waiting = await come(pool)
    assert pool._looking is not None
    pool.release(held)
    await waiting
    await gone(pool)

    left = await come(pool)
    assert pool._looking is not None
    left.cancel()
    await gone(pool)
    pool.release(held)


async def test_all_who_wait_share_one_timer(make: Making) -> None:
    pool = make(1)
    await lend(pool, 1)
    waiting = [pool.acquire() for _ in range(100)]

    timers = set()
    for each in waiting:
        each.send(None)
        timers.add(id(pool._looking))

    assert len(timers) == 1
    for each in waiting:
        each.close()
