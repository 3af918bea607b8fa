"""Buckets: one contract for both adapters, and what only the one in Redis has to bear."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from domain import rates
from domain.rates import Buckets, BucketsGoneError, Quota, quota
from persistence import buckets_redis
from persistence.buckets_local import LocalBuckets
from persistence.buckets_redis import KEY
from persistence.signals import redis_at
from tests.redis_server import redis_running

TEN = quota("a test", 10)
"""Ten a minute: one every six seconds."""
SIX_S = 6_000_000
FAST = quota("a fast test", 100, period_s=1, burst=2)


def a_key() -> str:
    return os.urandom(8).hex()


async def given(buckets: Buckets, key: str, least: int, most: int | None = None, of: Quota = TEN) -> int:
    return (await buckets.draw(key, of, least=least, most=least if most is None else most)).tokens


@pytest.fixture(params=["local", "redis"])
async def buckets(request: pytest.FixtureRequest) -> AsyncIterator[Buckets]:
    async with AsyncExitStack() as stack:
        if request.param == "local":
            yield LocalBuckets()
        else:
            url = request.getfixturevalue("redis_url")
            yield await stack.enter_async_context(buckets_redis.opened(url))


async def test_a_bucket_gives_its_burst_and_then_nothing(buckets: Buckets) -> None:
    key = a_key()

    tokens = [await given(buckets, key, 1) for _ in range(12)]

    assert tokens == [1] * 10 + [0, 0]


async def test_a_bucket_fills_up_again(buckets: Buckets) -> None:
    key = a_key()
    assert await given(buckets, key, 2, of=FAST) == 2

    await asyncio.sleep(0.03)

    assert await given(buckets, key, 1, of=FAST) == 1


async def test_a_price_is_paid_whole_or_not_at_all(buckets: Buckets) -> None:
    key = a_key()

    tokens = [await given(buckets, key, price) for price in (7, 4, 3)]

    assert tokens == [7, 0, 3]


async def test_a_bucket_gives_what_it_has_between_the_least_and_the_most(buckets: Buckets) -> None:
    key = a_key()

    tokens = [
        await given(buckets, key, 1, 6),
        await given(buckets, key, 1, 6),
        await given(buckets, key, 1, 6),
    ]

    assert tokens == [6, 4, 0]


async def test_what_comes_back_can_be_drawn_again(buckets: Buckets) -> None:
    key = a_key()
    await given(buckets, key, 10)

    assert await given(buckets, key, -3) == -3

    assert [await given(buckets, key, price) for price in (4, 3)] == [0, 3]


async def test_a_bucket_never_holds_more_than_its_burst(buckets: Buckets) -> None:
    key = a_key()

    await given(buckets, key, -50)

    assert [await given(buckets, key, price) for price in (11, 10)] == [0, 10]


async def test_a_draw_says_when_the_bucket_is_full_again(buckets: Buckets) -> None:
    key = a_key()

    full, drawn = (
        await buckets.draw(key, TEN, least=0, most=0),
        await buckets.draw(key, TEN, least=3, most=3),
    )
    refused = await buckets.draw(key, TEN, least=8, most=8)

    assert full.debt == 0
    assert drawn.debt == 3 * SIX_S
    assert 2 * SIX_S < refused.debt <= 3 * SIX_S


async def test_looking_takes_nothing(buckets: Buckets) -> None:
    key = a_key()

    for _ in range(20):
        await given(buckets, key, 0)

    assert await given(buckets, key, 10) == 10


async def test_keys_and_quotas_have_buckets_of_their_own(buckets: Buckets) -> None:
    key = a_key()
    await given(buckets, key, 10)

    assert await given(buckets, a_key(), 1) == 1
    assert await given(buckets, key, 1, of=quota("another", 10)) == 1


async def test_draws_at_the_same_time_never_give_more_than_the_burst(buckets: Buckets) -> None:
    key = a_key()

    await given(buckets, key, 0)
    tokens = await asyncio.gather(*(given(buckets, key, 1, 3) for _ in range(20)))

    assert sum(tokens) == 10


async def test_a_local_store_is_bounded_and_forgets_whom_it_saw_last() -> None:
    buckets = LocalBuckets(largest=2)

    for key in ("oldest", "middle", "newest"):
        await given(buckets, key, 10)

    assert [await given(buckets, key, 1) for key in ("newest", "middle", "oldest")] == [0, 0, 1]


async def test_the_script_does_what_the_formula_says(redis_url: str) -> None:
    key, tat = a_key(), 0
    steps = [(1, 1), (2, 5), (-1, -1), (0, 0), (9, 9), (1, 90), (1, 1), (-40, -40), (10, 10), (1, 1)]

    async with redis_at(redis_url) as redis:
        script = redis.register_script(buckets_redis._SCRIPT)
        for least, most in steps * 3:
            tokens, now, after = await script(keys=[key], args=[TEN.interval, TEN.burst, least, most])
            told = rates.moved(TEN, tat=tat, now=now, least=least, most=most)
            assert (tokens, after) == (told.tokens, told.tat)
            tat = after


async def test_what_is_kept_has_a_versioned_name_and_an_end(redis_url: str) -> None:
    key = a_key()

    async with buckets_redis.opened(redis_url) as buckets, redis_at(redis_url) as redis:
        await given(buckets, key, 2)
        left = await redis.pttl(f"{KEY}:a test:{key}")
        await given(buckets, key, -2)
        kept = await redis.exists(f"{KEY}:a test:{key}")

    assert KEY == "questpath:1:rate"
    assert 11_000 < left <= 12_000
    assert kept == 0


@pytest.mark.slow
async def test_a_redis_that_was_restarted_counts_again_within_seconds() -> None:
    key = a_key()
    with redis_running() as first:
        port = first.port
        async with buckets_redis.opened(first.connection_url) as buckets:
            await given(buckets, key, 10)
            first.stop()
            with pytest.raises(BucketsGoneError):
                await given(buckets, key, 1)

            with redis_running(port):
                assert await _comes_back(buckets, key) == 1


async def _comes_back(buckets: Buckets, key: str) -> int:
    async with asyncio.timeout(5):
        while True:
            try:
                return await given(buckets, key, 1)
            except BucketsGoneError:
                await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_a_redis_that_does_not_answer_costs_half_a_second_once() -> None:
    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0)
    url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, buckets_redis.opened(url) as buckets:
        clock = asyncio.get_running_loop().time
        start = clock()
        first = asyncio.gather(*(given(buckets, a_key(), 1) for _ in range(50)), return_exceptions=True)
        await asyncio.sleep(0.2)
        suspected = clock()
        with pytest.raises(BucketsGoneError):
            await given(buckets, a_key(), 1)
        waited = clock() - suspected

        assert all(isinstance(answer, BucketsGoneError) for answer in await first)
        assert waited < 0.1
        for _ in range(100):
            with pytest.raises(BucketsGoneError):
                await given(buckets, a_key(), 1)
        assert clock() - start < 1.0


async def test_a_caller_that_goes_away_leaves_nothing_behind(redis_url: str) -> None:
    async with buckets_redis.opened(redis_url) as buckets:
        asking = asyncio.create_task(given(buckets, a_key(), 1))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

        assert buckets._asking == {}
        assert await given(buckets, a_key(), 1) == 1
