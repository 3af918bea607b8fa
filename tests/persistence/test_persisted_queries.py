"""Persisted queries: one contract for the store in the process and the one in Redis, then both together."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from domain.persisted_queries import ANONYMOUS, KeptQuery, PersistedQueries, Shares, digest_of
from persistence import queries_redis
from persistence.queries_local import LocalQueries
from persistence.queries_redis import KEY
from persistence.queries_shared import SharedQueries
from persistence.signals import redis_at
from tests.redis_server import redis_running

WEIGHT = 4_096
"""What a short document fills of a share."""
SMALL = Shares(total=8 * WEIGHT, caller=3 * WEIGHT, anonymous=2 * WEIGHT)

Opened = Callable[[Shares], object]
"""Opens a store, or returns what opens one when it is awaited."""


def a_query(caller: str, text: str | None = None) -> KeptQuery:
    return KeptQuery(text=text or f"{{ a{os.urandom(8).hex()}: __typename }}", caller=caller)


async def kept(store: PersistedQueries, *queries: KeptQuery) -> list[str]:
    """Keep the queries in turn, a moment apart, and return their hashes."""
    for query in queries:
        await store.keep(digest_of(query.text), query)
        await asyncio.sleep(0.002)
    return [digest_of(query.text) for query in queries]


async def found(store: PersistedQueries, digests: list[str]) -> list[bool]:
    return [await store.find(digest) is not None for digest in digests]


@pytest.fixture(params=["local", "redis"])
async def opened(request: pytest.FixtureRequest) -> AsyncIterator[Opened]:
    async with AsyncExitStack() as stack:
        if request.param == "local":
            yield LocalQueries
            return
        url = request.getfixturevalue("redis_url")
        async with redis_at(url) as redis:
            await redis.flushdb()

        async def make(shares: Shares) -> PersistedQueries:
            return await stack.enter_async_context(queries_redis.opened(url, shares))

        yield make


async def store_of(opened: Opened, shares: Shares = SMALL) -> PersistedQueries:
    made = opened(shares)
    store: PersistedQueries = await made if asyncio.iscoroutine(made) else made  # type: ignore[assignment]
    return store


async def test_a_document_is_found_by_its_hash_with_who_registered_it(
    opened: Opened,
) -> None:
    store = await store_of(opened)
    query = a_query("ada", "{ __typename # ž \n}")

    (digest,) = await kept(store, query)

    assert await store.find(digest) == query
    assert await store.find("0" * 64) is None


async def test_a_document_that_is_kept_stays_with_its_first_caller(opened: Opened) -> None:
    store = await store_of(opened)
    query = a_query("ada")

    (digest, _) = await kept(store, query, a_query("bob", query.text))

    assert await store.find(digest) == query


async def test_a_full_share_loses_what_was_not_asked_for_longest(opened: Opened) -> None:
    store = await store_of(opened)
    digests = await kept(store, *(a_query("ada") for _ in range(3)))
    await store.find(digests[0])

    digests += await kept(store, a_query("ada"))

    assert await found(store, digests) == [True, False, True, True]


async def test_nobody_drives_out_the_documents_of_others(opened: Opened) -> None:
    store = await store_of(opened)
    of_ada = await kept(store, *(a_query("ada") for _ in range(2)))

    await kept(store, *(a_query("mallory") for _ in range(20)))
    await kept(store, *(a_query(ANONYMOUS) for _ in range(20)))

    assert await found(store, of_ada) == [True, True]


async def test_all_who_are_not_signed_in_have_one_small_share(opened: Opened) -> None:
    store = await store_of(opened)

    digests = await kept(store, *(a_query(ANONYMOUS) for _ in range(3)))

    assert await found(store, digests) == [False, True, True]


async def test_where_all_is_full_whoever_holds_most_loses(opened: Opened) -> None:
    store = await store_of(opened)
    of_ada = await kept(store, a_query("ada"))
    of_others = await kept(store, *(a_query(f"account {n // 3}") for n in range(6)))
    of_another = await kept(store, a_query("bob"))

    more = await kept(store, a_query("carl"))

    assert await found(store, of_ada + of_another + more) == [True, True, True]
    assert sum(await found(store, of_others)) == 5


async def test_many_accounts_cannot_drive_out_one_document(opened: Opened) -> None:
    store = await store_of(opened)
    of_ada = await kept(store, a_query("ada"))

    await kept(store, *(a_query(f"account {n}") for n in range(3) for _ in range(3)))

    assert await found(store, of_ada) == [True]


async def test_a_document_larger_than_a_share_is_not_kept(opened: Opened) -> None:
    store = await store_of(opened)
    of_ada = await kept(store, a_query("ada"))

    huge = await kept(store, a_query("ada", "{ __typename } #" + "x" * SMALL.caller))

    assert await found(store, of_ada + huge) == [True, False]


@pytest.mark.slow
async def test_what_nobody_asks_for_ends(opened: Opened) -> None:
    store = await store_of(opened, Shares(lifetime_s=0.2))
    digests = await kept(store, a_query("ada"), a_query("ada"))

    for _ in range(4):
        await asyncio.sleep(0.08)
        await store.find(digests[0])

    assert await found(store, digests) == [True, False]


async def test_what_ended_fills_no_share(opened: Opened) -> None:
    store = await store_of(opened, Shares(caller=2 * WEIGHT, total=3 * WEIGHT, lifetime_s=0.1))
    await kept(store, a_query("ada"), a_query("ada"))
    await asyncio.sleep(0.15)

    digests = await kept(store, a_query("ada"), a_query("ada"), a_query("bob"))

    assert await found(store, digests) == [True, True, True]


async def test_registering_at_the_same_time_leaves_the_store_in_its_bounds(
    opened: Opened,
) -> None:
    store = await store_of(opened)
    queries = [a_query(f"caller {n % 4}") for n in range(40)]

    await asyncio.gather(*(store.keep(digest_of(q.text), q) for q in queries))

    assert sum(await found(store, [digest_of(q.text) for q in queries])) <= 8


async def test_processes_share_what_is_registered_with_one_of_them(redis_url: str) -> None:
    async with queries_redis.opened(redis_url) as one, queries_redis.opened(redis_url) as other:
        here, there = SharedQueries(LocalQueries(), one), SharedQueries(LocalQueries(), other)
        query = a_query("ada")

        (digest,) = await kept(here, query)

        assert await there.find(digest) == query


async def test_what_is_known_at_home_is_not_asked_for_elsewhere() -> None:
    with redis_running() as server:
        async with queries_redis.opened(server.connection_url) as shared:
            home = SharedQueries(LocalQueries(), shared)
            query = a_query("ada")
            (digest,) = await kept(home, query)

            server.stop()

            assert await home.find(digest) == query


async def test_a_text_that_is_not_the_one_of_its_hash_is_not_believed(redis_url: str) -> None:
    async with queries_redis.opened(redis_url) as shared, redis_at(redis_url) as redis:
        (digest,) = await kept(shared, a_query("ada"))
        await redis.hset(f"{KEY}text:{digest}", "text", "{ other: __typename }")

        assert await SharedQueries(LocalQueries(), shared).find(digest) is None


async def test_what_is_in_redis_has_a_versioned_name_and_an_end(redis_url: str) -> None:
    async with queries_redis.opened(redis_url) as shared, redis_at(redis_url) as redis:
        await redis.flushdb()
        await kept(shared, a_query("ada"))

        names = [name.decode() async for name in redis.scan_iter()]
        ends = [await redis.pttl(name) for name in names]

    assert all(name.startswith("questpath:1:{documents}:") for name in names)
    assert len(names) == 4
    assert all(0 < end <= 7 * 24 * 3_600_000 for end in ends)


async def test_sums_that_outlived_their_documents_are_corrected(redis_url: str) -> None:
    async with queries_redis.opened(redis_url, SMALL) as shared, redis_at(redis_url) as redis:
        await redis.flushdb()
        await redis.zadd(f"{KEY}held", {"ada": 3 * WEIGHT, "gone": 3 * WEIGHT})
        await redis.set(f"{KEY}bytes", 6 * WEIGHT)

        digests = await kept(shared, *(a_query("ada") for _ in range(3)), *(a_query("bob") for _ in range(3)))

        assert await found(shared, digests) == [True] * 6
        assert await redis.get(f"{KEY}bytes") == str(6 * WEIGHT).encode()


async def test_without_redis_nothing_is_found_and_nobody_waits() -> None:
    with redis_running() as server:
        url = server.connection_url
    async with queries_redis.opened(url) as shared:
        clock = asyncio.get_running_loop().time
        start = clock()

        digests = await kept(shared, *(a_query("ada") for _ in range(50)))

        assert await found(shared, digests) == [False] * 50
        assert clock() - start < 1


@pytest.mark.slow
async def test_a_redis_that_comes_back_is_used_again() -> None:
    with redis_running() as first:
        port = first.port
        async with queries_redis.opened(first.connection_url) as shared:
            first.stop()
            await kept(shared, a_query("ada"))
            with redis_running(port):
                async with asyncio.timeout(5):
                    while not any(await found(shared, await kept(shared, a_query("ada")))):
                        await asyncio.sleep(0.05)
