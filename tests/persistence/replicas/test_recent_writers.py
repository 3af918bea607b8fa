"""Recent writers: processes learn of each other's writes by Redis, and without it take every user for one."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from domain.ids import UserId
from persistence.replicas import recent_writers
from persistence.replicas.recent_writers import KEY, RecentWriters
from tests.support.patience import PATIENCE_S
from tests.support.servers.redis import redis_running

ADA, BEA = UserId("user_ada"), UserId("user_bea")
AWAY = "redis://127.0.0.1:1/0"


class Clock:
    """A clock that a test moves on."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def both(redis_url: str, clock: Clock) -> AsyncIterator[tuple[RecentWriters, RecentWriters]]:
    """The writers of two processes that have run for a while."""
    async with Redis.from_url(redis_url) as redis:
        await redis.delete(f"{KEY}:{ADA}", f"{KEY}:{BEA}")
    async with (
        recent_writers.opened(redis_url, 0.2, clock) as one,
        recent_writers.opened(redis_url, 0.2, clock) as other,
    ):
        clock.now += 1
        yield one, other


async def test_a_write_is_known_to_the_other_process_when_it_is_noted(
    both: tuple[RecentWriters, RecentWriters],
) -> None:
    one, other = both

    await one.note(ADA)

    assert await other.may_include(ADA)
    assert not await other.may_include(BEA)


async def test_many_questions_at_once_are_answered_one_by_one(
    both: tuple[RecentWriters, RecentWriters],
) -> None:
    one, other = both
    await one.note(ADA)

    answers = await asyncio.gather(*(other.may_include(ADA if number % 3 else BEA) for number in range(60)))

    assert answers == [bool(number % 3) for number in range(60)]


async def test_a_write_is_forgotten_once_no_replica_can_lack_it(
    both: tuple[RecentWriters, RecentWriters],
) -> None:
    one, other = both
    await one.note(ADA)

    async with asyncio.timeout(PATIENCE_S):
        while await other.may_include(ADA):
            await asyncio.sleep(0.05)


async def test_without_redis_every_user_may_have_written(clock: Clock) -> None:
    async with recent_writers.opened(AWAY, 0.2, clock) as writers:
        clock.now += 1

        answers = [await writers.may_include(ADA), await writers.may_include(BEA)]
        await writers.note(ADA)

    assert answers == [True, True]
    assert writers.unshared == 1


async def test_after_an_outage_every_user_may_have_written_for_the_window(clock: Clock) -> None:
    with redis_running() as server:
        async with recent_writers.opened(server.connection_url, 0.2, clock) as writers:
            clock.now += 1
            before = await writers.may_include(ADA)
            port = server.port
            server.stop()
            during = await writers.may_include(ADA)
            with redis_running(port):
                async with asyncio.timeout(PATIENCE_S):
                    while writers._recovery.is_on:
                        await asyncio.sleep(0.05)
                at_once = await writers.may_include(ADA)
                clock.now += 10
                later = await writers.may_include(ADA)

    assert (before, during, at_once, later) == (False, True, True, False)


async def test_a_process_that_has_just_begun_takes_every_user_for_a_writer(
    redis_url: str, clock: Clock
) -> None:
    async with recent_writers.opened(redis_url, 0.2, clock) as writers:
        assert await writers.may_include(BEA)
