"""Token leases: spending from memory, the overshoot of several processes, and operation without Redis."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from domain.rate_limits.token_buckets import BucketsUnavailableError, Draw, Quota, quota
from gateway.rate_limits import token_leases
from gateway.rate_limits.token_leases import Leases, chunk_of
from persistence.rate_limits import token_buckets_redis
from persistence.rate_limits.token_buckets_local import LocalBuckets
from tests.support.servers.redis import redis_running

HUNDRED = quota("a test", 100)
"""A hundred a minute: one every 0.6 seconds; a lease holds ten."""
STRICT = quota("a strict test", 30, strict=True)
ADA = "user_ada"


@dataclass
class Clock:
    """Microseconds that a test moves."""

    now: int = 10**12

    def __call__(self) -> int:
        return self.now


@dataclass
class RemoteBuckets:
    """Shared buckets that note each draw, and can be down."""

    clock: Clock
    calls: list[tuple[int, int]] = field(default_factory=list)
    is_down: bool = False

    def __post_init__(self) -> None:
        self._buckets = LocalBuckets(clock=self.clock)

    async def draw(self, key: str, quota: Quota, *, least: int, most: int) -> Draw:
        await asyncio.sleep(0)
        if self.is_down:
            raise BucketsUnavailableError("Down.")
        self.calls.append((least, most))
        return await self._buckets.draw(key, quota, least=least, most=most)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def remote(clock: Clock) -> RemoteBuckets:
    return RemoteBuckets(clock)


async def spent(process: Leases, quota: Quota = HUNDRED, tokens: int = 1, key: str = ADA) -> bool:
    lease = process.spend(quota, key, tokens) or await process.draw(quota, key, tokens)
    return lease is not None


async def background_done() -> None:
    """Let the background tasks end."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_most_tokens_are_spent_from_memory_without_waiting(remote: RemoteBuckets, clock: Clock) -> None:
    process = Leases(remote, clock=clock)
    assert await spent(process)

    at_once = [process.spend(HUNDRED, ADA, 1) for _ in range(9)]

    assert all(at_once)
    assert remote.calls == [(1, 10)]


async def test_a_lease_is_refilled_before_it_is_empty(remote: RemoteBuckets, clock: Clock) -> None:
    process = Leases(remote, clock=clock)
    await spent(process)

    at_once = 0
    for _ in range(60):
        at_once += process.spend(HUNDRED, ADA, 1) is not None
        await background_done()

    assert at_once == 60
    assert len(remote.calls) < 15
    assert process.known(HUNDRED, ADA).left <= chunk_of(HUNDRED)


async def test_an_empty_bucket_is_read_once_a_second_at_most(remote: RemoteBuckets, clock: Clock) -> None:
    process = Leases(remote, clock=clock)
    while await spent(process):
        await background_done()
    calls = len(remote.calls)

    refused = [await spent(process) for _ in range(50)]

    assert refused == [False] * 50
    assert len(remote.calls) <= calls + 1
    clock.now += token_leases.RETRY_US
    assert await spent(process)


async def test_concurrent_requests_never_get_more_than_the_burst(remote: RemoteBuckets, clock: Clock) -> None:
    process = Leases(remote, clock=clock)

    answers = await asyncio.gather(*(spent(process) for _ in range(150)))
    await background_done()

    assert sum(answers) == 100


async def test_a_price_above_the_lease_is_drawn_from_the_bucket(remote: RemoteBuckets, clock: Clock) -> None:
    process = Leases(remote, clock=clock)
    await spent(process)

    assert await spent(process, tokens=60)

    assert remote.calls[-1] == (51, 51)
    assert process.known(HUNDRED, ADA).left == 0
    assert not await spent(process, tokens=40)
    assert await spent(process, tokens=39)


async def test_tokens_that_were_put_back_can_be_spent_again(remote: RemoteBuckets, clock: Clock) -> None:
    process = Leases(remote, clock=clock)
    await spent(process, tokens=100)

    process.put_back(process.known(HUNDRED, ADA), 40)
    await background_done()

    assert process.known(HUNDRED, ADA).left == chunk_of(HUNDRED)
    assert remote.calls[-1] == (-30, -30)
    clock.now += token_leases.RETRY_US
    assert await spent(process, tokens=40)
    assert not await spent(process, tokens=20)


async def test_an_idle_lease_is_returned(remote: RemoteBuckets, clock: Clock) -> None:
    process, other = Leases(remote, clock=clock), Leases(remote, clock=clock)
    await spent(process)
    await spent(process, key="user_other")
    clock.now += token_leases.IDLE_US
    await spent(process, key="user_other")

    await process.return_idle()

    assert remote.calls[-1] == (-9, -9)
    assert [key for _, key in process._leases] == ["user_other"]
    assert await spent(other, tokens=100)


async def test_leases_are_bounded_in_number(remote: RemoteBuckets, clock: Clock) -> None:
    process = Leases(remote, clock=clock, largest=3)

    for number in range(10):
        await spent(process, key=f"user_{number}")

    assert [key for _, key in process._leases] == ["user_7", "user_8", "user_9"]


async def test_reading_a_lease_spends_nothing(remote: RemoteBuckets, clock: Clock) -> None:
    process = Leases(remote, clock=clock)
    await spent(process)

    frees = [(await process.refreshed(HUNDRED, ADA)).free(clock()) for _ in range(5)]

    assert frees == [99] * 5
    assert len(remote.calls) == 1


async def test_a_lease_never_reports_more_than_a_burst(remote: RemoteBuckets, clock: Clock) -> None:
    process = Leases(remote, clock=clock)
    await spent(process)

    clock.now += HUNDRED.span

    assert process.known(HUNDRED, ADA).free(clock()) == 100
    assert process.known(HUNDRED, ADA).state(clock()) == b'"a test";r=100;t=0'


async def test_without_redis_the_process_counts_alone_and_is_degraded(
    remote: RemoteBuckets, clock: Clock
) -> None:
    process = Leases(remote, clock=clock)
    await spent(process)
    remote.is_down = True

    answers = [await spent(process) for _ in range(130)]
    await background_done()

    assert sum(answers) == 9 + 100
    assert process.known(HUNDRED, ADA).degraded
    assert process.degraded_draws > 0


async def test_redis_is_used_again_when_it_is_back(remote: RemoteBuckets, clock: Clock) -> None:
    process = Leases(remote, clock=clock)
    remote.is_down = True
    await spent(process, tokens=100)
    remote.is_down = False
    clock.now += token_leases.RETRY_US

    assert await spent(process, tokens=90)

    assert not process.known(HUNDRED, ADA).degraded


async def test_a_strict_quota_is_never_leased_and_counted_in_the_process_without_redis(
    remote: RemoteBuckets, clock: Clock
) -> None:
    process = Leases(remote, clock=clock)

    assert [await spent(process, STRICT) for _ in range(31)] == [True] * 30 + [False]
    assert set(remote.calls) == {(1, 1)}

    clock.now += STRICT.span
    remote.is_down = True
    assert [await spent(process, STRICT) for _ in range(31)] == [True] * 30 + [False]
    assert process.known(STRICT, ADA).degraded
    remote.is_down = False
    clock.now += token_leases.RETRY_US
    assert await spent(process, STRICT)
    assert not process.known(STRICT, ADA).degraded


async def spent_all(process: Leases, quota: Quota, key: str) -> int:
    """Spend all that a process gets, and return how many tokens that was."""
    count = 0
    while await spent(process, quota, key=key):
        count += 1
    return count


async def test_two_processes_overshoot_by_their_leases_at_most(redis_url: str) -> None:
    key, slow = os.urandom(8).hex(), quota("a slow test", 100, period_s=86_400)
    async with processes(redis_url, 2) as (one, other):
        leased = [await spent(process, slow, key=key) for process in (one, other)]
        async with token_buckets_redis.opened(redis_url) as shared:
            back = -2 * chunk_of(slow)  # as much as comes back to the bucket while both processes have leases
            await shared.draw(key, slow, least=back, most=back)

        admitted = sum(leased) + await spent_all(one, slow, key) + await spent_all(other, slow, key)

    assert admitted == slow.burst + 2 * chunk_of(slow)


async def test_two_processes_share_one_burst(redis_url: str) -> None:
    key, slow = os.urandom(8).hex(), quota("a slow test", 100, period_s=86_400)
    async with processes(redis_url, 2) as (one, other):
        admitted = await asyncio.gather(*(spent_all(p, slow, key) for p in (one, other)))

    assert sum(admitted) == slow.burst


@asynccontextmanager
async def processes(url: str, count: int) -> AsyncIterator[list[Leases]]:
    """Open the leases of so many processes, each with connections of its own."""
    async with AsyncExitStack() as stack:
        opened = []
        for _ in range(count):
            process = Leases(await stack.enter_async_context(token_buckets_redis.opened(url)))
            stack.push_async_callback(process.close)
            opened.append(process)
        yield opened


async def test_redis_going_down_and_coming_back_are_both_noticed() -> None:
    with redis_running() as first:
        port = first.port
        async with processes(first.connection_url, 1) as (process,):
            assert await spent(process, tokens=100)
            first.stop()
            await asyncio.sleep(0)
            process.known(HUNDRED, ADA).drawn_at -= token_leases.RETRY_US
            assert await spent(process)
            assert process.known(HUNDRED, ADA).degraded

            with redis_running(port):
                async with asyncio.timeout(5):
                    while not await _reaches_redis(process):
                        await asyncio.sleep(0.05)


async def _reaches_redis(process: Leases) -> bool:
    try:
        return await process.draw(STRICT, os.urandom(4).hex(), 1) is not None
    except BucketsUnavailableError:
        return False


async def test_leases_on_local_buckets_admit_exactly_the_burst() -> None:
    process = Leases(LocalBuckets())

    admitted = await spent_all(process, quota("a slow test", 100, period_s=86_400), ADA)

    assert admitted == 100
    assert process._tasks == set()
