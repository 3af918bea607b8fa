"""Active users: counted over all processes by Redis, by one process without it, and not at all in statements."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from gateway.telemetry.active_users import ActiveUsers
from tests.gateway.conftest import Live

NOW = datetime(2026, 12, 1, 10, 0, 30, tzinfo=UTC)
LONG_AGO = timedelta(minutes=7)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as opened:
        await opened.flushdb()
        yield opened


def shown(users: ActiveUsers) -> tuple[float, float]:
    return users.counts[("5m",)], users.counts[("24h",)]


async def test_processes_that_share_redis_count_each_user_once(redis: Redis) -> None:
    one, other = ActiveUsers(redis), ActiveUsers(redis)
    one.seen |= {"user_1", "user_2"}
    other.seen |= {"user_2", "user_3"}

    await one.exchange(NOW)
    await other.exchange(NOW)
    await one.exchange(NOW)

    assert shown(one) == shown(other) == (3, 3)


@pytest.mark.parametrize("is_shared", [True, False])
async def test_a_user_who_asks_for_nothing_more_leaves_the_five_minutes_and_then_the_day(
    redis: Redis, is_shared: bool
) -> None:
    users = ActiveUsers(redis if is_shared else None)
    users.seen |= {"user_1"}

    await users.exchange(NOW)
    at_once = shown(users)
    users.seen |= {"user_2"}
    await users.exchange(NOW + LONG_AGO)
    later = shown(users)
    await users.exchange(NOW + timedelta(hours=26))

    assert (at_once, later, shown(users)) == ((1, 1), (1, 2), (0, 0))


async def test_while_redis_is_lost_a_process_counts_its_own_and_tells_them_later(redis: Redis) -> None:
    users, lost = ActiveUsers(redis), Redis(port=1)
    users.seen |= {"user_1"}
    users._redis = lost

    await users.exchange(NOW)
    meanwhile = shown(users)
    users._redis = redis
    await users.exchange(NOW)

    assert (meanwhile, shown(users)) == ((1, 1), (1, 1))
    await lost.aclose()


async def test_keys_in_redis_expire_and_hold_no_ids(redis: Redis) -> None:
    users = ActiveUsers(redis)
    users.seen |= {"user_1"}

    await users.exchange(NOW)

    keys = await redis.keys()
    assert len(keys) == 2
    for key in keys:
        assert 0 < await redis.ttl(key) <= timedelta(hours=26).total_seconds()
        assert b"user_1" not in await redis.get(key)


async def test_an_operation_of_a_user_counts_and_an_anonymous_one_does_not(live: Live) -> None:
    token = await live.register("ada")
    users = live.app.pipeline.observer.active_users
    users.seen.clear()

    await live.post("{ __typename }")
    anonymous: set[Any] = set(users.seen)
    await live.post("{ viewer { user { id } } }", token=token)
    await live.post("{ viewer { user { id } } }", token=token)
    seen = set(users.seen)
    await users.exchange(NOW)

    assert (anonymous, len(seen), users.seen) == (set(), 1, set())
    assert shown(users) == (1, 1)
