"""Leases: paying from memory, what processes may admit together, and what happens without Redis."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from domain.rates import BucketsGoneError, Draw, Quota, quota
from gateway.rates import leases
from gateway.rates.leases import Leases, chunk_of
from persistence import buckets_redis
from persistence.buckets_local import LocalBuckets
from tests.redis_server import redis_running

HUNDRED = quota("a test", 100)
"""A hundred a minute: one every 0.6 seconds; a lease holds ten."""
DOOR = quota("a door", 30, strict=True)
ADA = "user_ada"


@dataclass
class Clock:
    """Microseconds that a test moves."""

    now: int = 10**12

    def __call__(self) -> int:
        return self.now


@dataclass
class Far:
    """Shared buckets that count how often they are asked, and can be away."""

    clock: Clock
    calls: list[tuple[int, int]] = field(default_factory=list)
    away: bool = False

    def __post_init__(self) -> None:
        self._inside = LocalBuckets(clock=self.clock)

    async def draw(self, key: str, quota: Quota, *, least: int, most: int) -> Draw:
        await asyncio.sleep(0)
        if self.away:
            raise BucketsGoneError("Away.")
        self.calls.append((least, most))
        return await self._inside.draw(key, quota, least=least, most=most)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def far(clock: Clock) -> Far:
    return Far(clock)


async def paid(process: Leases, of: Quota = HUNDRED, tokens: int = 1, key: str = ADA) -> bool:
    lease = process.spend(of, key, tokens) or await process.draw(of, key, tokens)
    return lease is not None


async def settled() -> None:
    """Let what runs in the background come to its end."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_most_requests_are_paid_without_asking_and_without_waiting(far: Far, clock: Clock) -> None:
    process = Leases(far, clock=clock)
    assert await paid(process)

    at_once = [process.spend(HUNDRED, ADA, 1) for _ in range(9)]

    assert all(at_once)
    assert far.calls == [(1, 10)]


async def test_a_lease_is_filled_up_before_it_is_empty(far: Far, clock: Clock) -> None:
    process = Leases(far, clock=clock)
    await paid(process)

    at_once = 0
    for _ in range(60):
        at_once += process.spend(HUNDRED, ADA, 1) is not None
        await settled()

    assert at_once == 60
    assert len(far.calls) < 15
    assert process.seen(HUNDRED, ADA).left <= chunk_of(HUNDRED)


async def test_a_bucket_that_is_empty_is_asked_once_a_second_at_most(far: Far, clock: Clock) -> None:
    process = Leases(far, clock=clock)
    while await paid(process):
        await settled()
    asked = len(far.calls)

    refused = [await paid(process) for _ in range(50)]

    assert refused == [False] * 50
    assert len(far.calls) <= asked + 1
    clock.now += leases.ASK_AGAIN_US
    assert await paid(process)


async def test_requests_at_the_same_time_never_get_more_than_the_burst(far: Far, clock: Clock) -> None:
    process = Leases(far, clock=clock)

    answers = await asyncio.gather(*(paid(process) for _ in range(150)))
    await settled()

    assert sum(answers) == 100


async def test_a_price_above_the_lease_is_drawn_whole(far: Far, clock: Clock) -> None:
    process = Leases(far, clock=clock)
    await paid(process)

    assert await paid(process, tokens=60)

    assert far.calls[-1] == (51, 51)
    assert process.seen(HUNDRED, ADA).left == 0
    assert not await paid(process, tokens=40)
    assert await paid(process, tokens=39)


async def test_what_was_spent_for_nothing_can_be_spent_again(far: Far, clock: Clock) -> None:
    process = Leases(far, clock=clock)
    await paid(process, tokens=100)

    process.put_back(process.seen(HUNDRED, ADA), 40)
    await settled()

    assert process.seen(HUNDRED, ADA).left == chunk_of(HUNDRED)
    assert far.calls[-1] == (-30, -30)
    clock.now += leases.ASK_AGAIN_US
    assert await paid(process, tokens=40)
    assert not await paid(process, tokens=20)


async def test_an_idle_lease_is_given_back(far: Far, clock: Clock) -> None:
    process, other = Leases(far, clock=clock), Leases(far, clock=clock)
    await paid(process)
    await paid(process, key="user_other")
    clock.now += leases.IDLE_US
    await paid(process, key="user_other")

    await process.give_back_idle()

    assert far.calls[-1] == (-9, -9)
    assert [key for _, key in process._leases] == ["user_other"]
    assert await paid(other, tokens=100)


async def test_leases_are_bounded_in_number(far: Far, clock: Clock) -> None:
    process = Leases(far, clock=clock, largest=3)

    for number in range(10):
        await paid(process, key=f"user_{number}")

    assert [key for _, key in process._leases] == ["user_7", "user_8", "user_9"]


async def test_looking_spends_nothing(far: Far, clock: Clock) -> None:
    process = Leases(far, clock=clock)
    await paid(process)

    frees = [(await process.look(HUNDRED, ADA)).free(clock()) for _ in range(5)]

    assert frees == [99] * 5
    assert len(far.calls) == 1


async def test_a_caller_is_never_told_of_more_than_a_burst(far: Far, clock: Clock) -> None:
    process = Leases(far, clock=clock)
    await paid(process)

    clock.now += HUNDRED.span

    assert process.seen(HUNDRED, ADA).free(clock()) == 100
    assert process.seen(HUNDRED, ADA).state(clock()) == b'"a test";r=100;t=0'


async def test_without_redis_the_process_counts_for_itself_and_says_so(far: Far, clock: Clock) -> None:
    process = Leases(far, clock=clock)
    await paid(process)
    far.away = True

    answers = [await paid(process) for _ in range(130)]
    await settled()

    assert sum(answers) == 9 + 100
    assert process.seen(HUNDRED, ADA).degraded
    assert process.degraded_draws > 0


async def test_with_redis_back_it_is_asked_again(far: Far, clock: Clock) -> None:
    process = Leases(far, clock=clock)
    far.away = True
    await paid(process, tokens=100)
    far.away = False
    clock.now += leases.ASK_AGAIN_US

    assert await paid(process, tokens=90)

    assert not process.seen(HUNDRED, ADA).degraded


async def test_a_strict_quota_is_never_lent_out_and_refuses_without_redis(far: Far, clock: Clock) -> None:
    process = Leases(far, clock=clock)

    assert [await paid(process, DOOR) for _ in range(31)] == [True] * 30 + [False]
    assert set(far.calls) == {(1, 1)}

    clock.now += DOOR.span
    far.away = True
    with pytest.raises(BucketsGoneError):
        await paid(process, DOOR)
    far.away = False
    assert await paid(process, DOOR)


async def spent(process: Leases, of: Quota, key: str) -> int:
    """Spend all that a process gets."""
    count = 0
    while await paid(process, of, key=key):
        count += 1
    return count


async def test_two_processes_admit_no_more_than_their_leases_above_the_burst(redis_url: str) -> None:
    key, slow = os.urandom(8).hex(), quota("a slow test", 100, period_s=86_400)
    async with processes(redis_url, 2) as (one, other):
        held = [await paid(process, slow, key=key) for process in (one, other)]
        async with buckets_redis.opened(redis_url) as shared:
            back = -2 * chunk_of(slow)  # what comes back to the bucket while the leases are held
            await shared.draw(key, slow, least=back, most=back)

        admitted = sum(held) + await spent(one, slow, key) + await spent(other, slow, key)

    assert admitted == slow.burst + 2 * chunk_of(slow)


async def test_two_processes_share_one_burst(redis_url: str) -> None:
    key, slow = os.urandom(8).hex(), quota("a slow test", 100, period_s=86_400)
    async with processes(redis_url, 2) as (one, other):
        admitted = await asyncio.gather(*(spent(p, slow, key) for p in (one, other)))

    assert sum(admitted) == slow.burst


@asynccontextmanager
async def processes(url: str, count: int) -> AsyncIterator[list[Leases]]:
    """Leases as so many processes hold them, each with connections of its own."""
    async with AsyncExitStack() as stack:
        opened = []
        for _ in range(count):
            process = Leases(await stack.enter_async_context(buckets_redis.opened(url)))
            stack.push_async_callback(process.close)
            opened.append(process)
        yield opened


async def test_a_redis_that_stops_and_comes_back_is_noticed_both_times() -> None:
    with redis_running() as first:
        port = first.port
        async with processes(first.connection_url, 1) as (process,):
            assert await paid(process, tokens=100)
            first.stop()
            await asyncio.sleep(0)
            process.seen(HUNDRED, ADA).asked_at -= leases.ASK_AGAIN_US
            assert await paid(process)
            assert process.seen(HUNDRED, ADA).degraded

            with redis_running(port):
                async with asyncio.timeout(5):
                    while not await _asks_redis(process):
                        await asyncio.sleep(0.05)


async def _asks_redis(process: Leases) -> bool:
    try:
        return await process.draw(DOOR, os.urandom(4).hex(), 1) is not None
    except BucketsGoneError:
        return False


async def test_a_lease_in_front_of_local_buckets_promises_what_they_promise() -> None:
    process = Leases(LocalBuckets())

    admitted = await spent(process, quota("a slow test", 100, period_s=86_400), ADA)

    assert admitted == 100
    assert process._tasks == set()
