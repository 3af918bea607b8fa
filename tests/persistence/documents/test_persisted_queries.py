"""Persisted queries: one suite over the stores in memory and in Redis, then both together."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from domain.documents.persisted_queries import ANONYMOUS, PersistedQueries, PersistedQuery, Shares, digest_of
from persistence.documents import persisted_queries_redis
from persistence.documents.persisted_queries import SharedQueries
from persistence.documents.persisted_queries_local import LocalQueries
from persistence.documents.persisted_queries_redis import KEY
from persistence.signals import redis_at
from tests.support.servers.redis import redis_running

WEIGHT = 4_096
"""The bytes of a share that a short document fills."""
SMALL = Shares(total=8 * WEIGHT, caller=3 * WEIGHT, anonymous=2 * WEIGHT)

Opened = Callable[[Shares], object]
"""Opens a store, or returns an awaitable of one."""


def a_query(caller: str, text: str | None = None) -> PersistedQuery:
    return PersistedQuery(text=text or f"{{ a{os.urandom(8).hex()}: __typename }}", caller=caller)


async def registered(store: PersistedQueries, *queries: PersistedQuery) -> list[str]:
    """Register the queries in turn, a moment apart, and return their hashes."""
    for query in queries:
        await store.register(digest_of(query.text), query)
        await asyncio.sleep(0.002)
    return [digest_of(query.text) for query in queries]


async def are_found(store: PersistedQueries, digests: list[str]) -> list[bool]:
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
            return await stack.enter_async_context(persisted_queries_redis.opened(url, shares))

        yield make


async def store_of(opened: Opened, shares: Shares = SMALL) -> PersistedQueries:
    made = opened(shares)
    store: PersistedQueries = await made if asyncio.iscoroutine(made) else made  # type: ignore[assignment]
    return store


async def test_a_document_is_found_by_its_hash_with_its_caller(opened: Opened) -> None:
    store = await store_of(opened)
    query = a_query("ada", "{ __typename # ž \n}")

    (digest,) = await registered(store, query)

    assert await store.find(digest) == query
    assert await store.find("0" * 64) is None


async def test_a_stored_document_keeps_its_first_caller(opened: Opened) -> None:
    store = await store_of(opened)
    query = a_query("ada")

    (digest, _) = await registered(store, query, a_query("bob", query.text))

    assert await store.find(digest) == query


async def test_a_full_share_drops_the_least_recently_used_document(opened: Opened) -> None:
    store = await store_of(opened)
    digests = await registered(store, *(a_query("ada") for _ in range(3)))
    await store.find(digests[0])

    digests += await registered(store, a_query("ada"))

    assert await are_found(store, digests) == [True, False, True, True]


async def test_no_caller_displaces_the_documents_of_others(opened: Opened) -> None:
    store = await store_of(opened)
    of_ada = await registered(store, *(a_query("ada") for _ in range(2)))

    await registered(store, *(a_query("mallory") for _ in range(20)))
    await registered(store, *(a_query(ANONYMOUS) for _ in range(20)))

    assert await are_found(store, of_ada) == [True, True]


async def test_anonymous_callers_have_one_small_share_together(opened: Opened) -> None:
    store = await store_of(opened)

    digests = await registered(store, *(a_query(ANONYMOUS) for _ in range(3)))

    assert await are_found(store, digests) == [False, True, True]


async def test_when_the_total_is_full_the_caller_with_most_bytes_loses(opened: Opened) -> None:
    store = await store_of(opened)
    of_ada = await registered(store, a_query("ada"))
    of_others = await registered(store, *(a_query(f"account {n // 3}") for n in range(6)))
    of_another = await registered(store, a_query("bob"))

    more = await registered(store, a_query("carl"))

    assert await are_found(store, of_ada + of_another + more) == [True, True, True]
    assert sum(await are_found(store, of_others)) == 5


async def test_many_accounts_cannot_displace_one_document(opened: Opened) -> None:
    store = await store_of(opened)
    of_ada = await registered(store, a_query("ada"))

    await registered(store, *(a_query(f"account {n}") for n in range(3) for _ in range(3)))

    assert await are_found(store, of_ada) == [True]


async def test_a_document_larger_than_a_share_is_not_stored(opened: Opened) -> None:
    store = await store_of(opened)
    of_ada = await registered(store, a_query("ada"))

    huge = await registered(store, a_query("ada", "{ __typename } #" + "x" * SMALL.caller))

    assert await are_found(store, of_ada + huge) == [True, False]


@pytest.mark.slow
async def test_an_unused_document_expires(opened: Opened) -> None:
    store = await store_of(opened, Shares(lifetime_s=0.2))
    digests = await registered(store, a_query("ada"), a_query("ada"))

    for _ in range(4):
        await asyncio.sleep(0.08)
        await store.find(digests[0])

    assert await are_found(store, digests) == [True, False]


async def test_an_expired_document_fills_no_share(opened: Opened) -> None:
    store = await store_of(opened, Shares(caller=2 * WEIGHT, total=3 * WEIGHT, lifetime_s=0.1))
    await registered(store, a_query("ada"), a_query("ada"))
    await asyncio.sleep(0.15)

    digests = await registered(store, a_query("ada"), a_query("ada"), a_query("bob"))

    assert await are_found(store, digests) == [True, True, True]


async def test_concurrent_registrations_stay_within_the_total(opened: Opened) -> None:
    store = await store_of(opened)
    queries = [a_query(f"caller {n % 4}") for n in range(40)]

    await asyncio.gather(*(store.register(digest_of(q.text), q) for q in queries))

    assert sum(await are_found(store, [digest_of(q.text) for q in queries])) <= 8


async def test_processes_share_their_documents(redis_url: str) -> None:
    async with (
        persisted_queries_redis.opened(redis_url) as first,
        persisted_queries_redis.opened(redis_url) as second,
    ):
        local, remote = SharedQueries(LocalQueries(), first), SharedQueries(LocalQueries(), second)
        query = a_query("ada")

        (digest,) = await registered(local, query)

        assert await remote.find(digest) == query


async def test_a_locally_stored_document_is_not_read_from_redis() -> None:
    with redis_running() as server:
        async with persisted_queries_redis.opened(server.connection_url) as shared:
            queries = SharedQueries(LocalQueries(), shared)
            query = a_query("ada")
            (digest,) = await registered(queries, query)

            server.stop()

            assert await queries.find(digest) == query


async def test_a_shared_text_with_another_hash_is_not_used(redis_url: str) -> None:
    async with persisted_queries_redis.opened(redis_url) as shared, redis_at(redis_url) as redis:
        (digest,) = await registered(shared, a_query("ada"))
        await redis.hset(f"{KEY}text:{digest}", "text", "{ other: __typename }")

        assert await SharedQueries(LocalQueries(), shared).find(digest) is None


async def test_keys_are_versioned_and_expire(redis_url: str) -> None:
    async with persisted_queries_redis.opened(redis_url) as shared, redis_at(redis_url) as redis:
        await redis.flushdb()
        await registered(shared, a_query("ada"))

        names = [name.decode() async for name in redis.scan_iter()]
        expiries = [await redis.pttl(name) for name in names]

    assert all(name.startswith("questpath:1:{documents}:") for name in names)
    assert len(names) == 4
    assert all(0 < expiry <= 7 * 24 * 3_600_000 for expiry in expiries)


async def test_sums_that_outlived_their_documents_are_corrected(redis_url: str) -> None:
    async with persisted_queries_redis.opened(redis_url, SMALL) as shared, redis_at(redis_url) as redis:
        await redis.flushdb()
        await redis.zadd(f"{KEY}held", {"ada": 3 * WEIGHT, "gone": 3 * WEIGHT})
        await redis.set(f"{KEY}bytes", 6 * WEIGHT)

        digests = await registered(
            shared, *(a_query("ada") for _ in range(3)), *(a_query("bob") for _ in range(3))
        )

        assert await are_found(shared, digests) == [True] * 6
        assert await redis.get(f"{KEY}bytes") == str(6 * WEIGHT).encode()


async def test_without_redis_nothing_is_found_and_no_call_waits() -> None:
    with redis_running() as server:
        url = server.connection_url
    async with persisted_queries_redis.opened(url) as shared:
        clock = asyncio.get_running_loop().time
        start = clock()

        digests = await registered(shared, *(a_query("ada") for _ in range(50)))

        assert await are_found(shared, digests) == [False] * 50
        assert clock() - start < 1


@pytest.mark.slow
async def test_redis_is_used_again_when_it_is_back() -> None:
    with redis_running() as first:
        port = first.port
        async with persisted_queries_redis.opened(first.connection_url) as shared:
            first.stop()
            await registered(shared, a_query("ada"))
            with redis_running(port):
                async with asyncio.timeout(5):
                    while not any(await are_found(shared, await registered(shared, a_query("ada")))):
                        await asyncio.sleep(0.05)
