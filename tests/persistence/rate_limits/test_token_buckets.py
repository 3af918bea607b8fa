"""Token buckets: one suite over both stores, and failures of Redis."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from domain.rate_limits import token_buckets
from domain.rate_limits.token_buckets import Buckets, BucketsUnavailableError, Quota, quota
from persistence.rate_limits import token_buckets_redis
from persistence.rate_limits.token_buckets_local import LocalBuckets
from persistence.rate_limits.token_buckets_redis import KEY
from persistence.signals import redis_at
from tests.support.patience import PATIENCE_S
from tests.support.servers.redis import redis_running

TEN = quota("a test", 10)
"""Ten a minute: one every six seconds."""
SIX_S = 6_000_000
FAST = quota("a fast test", 100, period_s=1, burst=2)


def a_key() -> str:
    return os.urandom(8).hex()


async def drawn(buckets: Buckets, key: str, least: int, most: int | None = None, quota: Quota = TEN) -> int:
    return (await buckets.draw(key, quota, least=least, most=least if most is None else most)).tokens


@pytest.fixture(params=["local", "redis"])
async def buckets(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Buckets]:
    """Buckets that wait for Redis however busy the machine is; failures of Redis have tests of their own."""
    monkeypatch.setattr(token_buckets_redis, "_PATIENCE_S", PATIENCE_S)
    monkeypatch.setattr(token_buckets_redis, "_SUSPICION_S", PATIENCE_S)
    async with AsyncExitStack() as stack:
        if request.param == "local":
            yield LocalBuckets()
        else:
            url = request.getfixturevalue("redis_url")
            yield await stack.enter_async_context(token_buckets_redis.opened(url))


async def test_a_bucket_gives_its_burst_and_then_nothing(buckets: Buckets) -> None:
    key = a_key()

    tokens = [await drawn(buckets, key, 1) for _ in range(12)]

    assert tokens == [1] * 10 + [0, 0]


async def test_a_bucket_fills_up_again(buckets: Buckets) -> None:
    key = a_key()
    assert await drawn(buckets, key, 2, quota=FAST) == 2

    await asyncio.sleep(0.03)

    assert await drawn(buckets, key, 1, quota=FAST) == 1


async def test_a_draw_takes_all_tokens_or_none(buckets: Buckets) -> None:
    key = a_key()

    tokens = [await drawn(buckets, key, price) for price in (7, 4, 3)]

    assert tokens == [7, 0, 3]


async def test_a_draw_takes_what_there_is_between_the_least_and_the_most(buckets: Buckets) -> None:
    key = a_key()

    tokens = [
        await drawn(buckets, key, 1, 6),
        await drawn(buckets, key, 1, 6),
        await drawn(buckets, key, 1, 6),
    ]

    assert tokens == [6, 4, 0]


async def test_tokens_that_were_given_back_can_be_drawn_again(buckets: Buckets) -> None:
    key = a_key()
    await drawn(buckets, key, 10)

    assert await drawn(buckets, key, -3) == -3

    assert [await drawn(buckets, key, price) for price in (4, 3)] == [0, 3]


async def test_a_bucket_never_holds_more_than_its_burst(buckets: Buckets) -> None:
    key = a_key()

    await drawn(buckets, key, -50)

    assert [await drawn(buckets, key, price) for price in (11, 10)] == [0, 10]


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


async def test_reading_takes_nothing(buckets: Buckets) -> None:
    key = a_key()

    for _ in range(20):
        await drawn(buckets, key, 0)

    assert await drawn(buckets, key, 10) == 10


async def test_keys_and_quotas_have_buckets_of_their_own(buckets: Buckets) -> None:
    key = a_key()
    await drawn(buckets, key, 10)

    assert await drawn(buckets, a_key(), 1) == 1
    assert await drawn(buckets, key, 1, quota=quota("another", 10)) == 1


async def test_concurrent_draws_never_give_more_than_the_burst(buckets: Buckets) -> None:
    key = a_key()

    await drawn(buckets, key, 0)
    tokens = await asyncio.gather(*(drawn(buckets, key, 1, 3) for _ in range(20)))

    assert sum(tokens) == 10


async def test_a_local_store_is_bounded_and_drops_the_least_recently_used() -> None:
    buckets = LocalBuckets(largest=2)

    for key in ("oldest", "middle", "newest"):
        await drawn(buckets, key, 10)

    assert [await drawn(buckets, key, 1) for key in ("newest", "middle", "oldest")] == [0, 0, 1]


async def test_the_script_takes_the_same_steps_as_gcra(redis_url: str) -> None:
    key, tat = a_key(), 0
    steps = [(1, 1), (2, 5), (-1, -1), (0, 0), (9, 9), (1, 90), (1, 1), (-40, -40), (10, 10), (1, 1)]

    async with redis_at(redis_url) as redis:
        script = redis.register_script(token_buckets_redis._SCRIPT)
        for least, most in steps * 3:
            tokens, now, after = await script(keys=[key], args=[TEN.interval, TEN.burst, least, most])
            expected = token_buckets.gcra(TEN, tat=tat, now=now, least=least, most=most)
            assert (tokens, after) == (expected.tokens, expected.tat)
            tat = after


async def test_keys_are_versioned_and_expire(redis_url: str) -> None:
    key = a_key()

    async with token_buckets_redis.opened(redis_url) as buckets, redis_at(redis_url) as redis:
        await drawn(buckets, key, 2)
        left = await redis.pttl(f"{KEY}:a test:{key}")
        await drawn(buckets, key, -2)
        exists = await redis.exists(f"{KEY}:a test:{key}")

    assert KEY == "questpath:1:rate"
    assert 11_000 < left <= 12_000
    assert exists == 0


@pytest.mark.slow
async def test_a_restarted_redis_is_used_again_within_seconds() -> None:
    key = a_key()
    with redis_running() as first:
        port = first.port
        async with token_buckets_redis.opened(first.connection_url) as buckets:
            await drawn(buckets, key, 10)
            first.stop()
            with pytest.raises(BucketsUnavailableError):
                await drawn(buckets, key, 1)

            with redis_running(port):
                assert await _drawn_when_back(buckets, key) == 1


async def _drawn_when_back(buckets: Buckets, key: str) -> int:
    async with asyncio.timeout(5):
        while True:
            try:
                return await drawn(buckets, key, 1)
            except BucketsUnavailableError:
                await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_a_silent_redis_delays_draws_by_half_a_second_once() -> None:
    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(never_answer, "127.0.0.1", 0)
    url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, token_buckets_redis.opened(url) as buckets:
        clock = asyncio.get_running_loop().time
        start = clock()
        first = asyncio.gather(*(drawn(buckets, a_key(), 1) for _ in range(50)), return_exceptions=True)
        await asyncio.sleep(0.2)
        suspected = clock()
        with pytest.raises(BucketsUnavailableError):
            await drawn(buckets, a_key(), 1)
        waited = clock() - suspected

        assert all(isinstance(result, BucketsUnavailableError) for result in await first)
        assert waited < 0.1
        for _ in range(100):
            with pytest.raises(BucketsUnavailableError):
                await drawn(buckets, a_key(), 1)
        assert clock() - start < 1.0


async def test_a_cancelled_draw_leaves_nothing_behind(redis_url: str) -> None:
    async with token_buckets_redis.opened(redis_url) as buckets:
        drawing = asyncio.create_task(drawn(buckets, a_key(), 1))
        await asyncio.sleep(0)
        drawing.cancel()
        await asyncio.gather(drawing, return_exceptions=True)

        assert buckets._pending == {}
        assert await drawn(buckets, a_key(), 1) == 1
