"""Attempt limits: one suite over the fake and the real store."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.authentication.attempt_limits import AttemptLimit, AttemptLimits
from domain.unit_of_work import Meter
from persistence.stores import SqlWork
from persistence.work import Postgres
from tests.builders.credentials import NOON
from tests.fakes.attempt_limits import FakeAttemptLimits

THREE = AttemptLimit(name="a test", most=3, window=timedelta(minutes=15))
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["fake", "sql"])
def store(request: Any, work: SqlWork) -> AttemptLimits:
    return FakeAttemptLimits() if request.param == "fake" else work.attempt_limits


async def test_the_attempt_over_the_limit_learns_when_the_oldest_expires(store: AttemptLimits) -> None:
    counted = [await store.count("key", limit=THREE, now=NOON + n * MINUTE) for n in range(3)]

    refused = await store.count("key", limit=THREE, now=NOON + 3 * MINUTE)

    assert counted == [None, None, None]
    assert refused == NOON + THREE.window
    assert await store.count("other", limit=THREE, now=NOON) is None


async def test_the_window_slides(store: AttemptLimits) -> None:
    for minutes in (0, 14, 14):
        await store.count("key", limit=THREE, now=NOON + minutes * MINUTE)

    first = await store.count("key", limit=THREE, now=NOON + 15 * MINUTE)
    second = await store.count("key", limit=THREE, now=NOON + 15 * MINUTE)

    assert first is None
    assert second == NOON + 29 * MINUTE


async def test_a_refused_attempt_does_not_count(store: AttemptLimits) -> None:
    for _ in range(9):
        await store.count("key", limit=THREE, now=NOON)

    assert await store.count("key", limit=THREE, now=NOON + THREE.window) is None


async def test_one_attempt_can_be_taken_back(store: AttemptLimits) -> None:
    for _ in range(3):
        await store.count("key", limit=THREE, now=NOON)

    await store.take_back("key", at=NOON)
    await store.take_back("key", at=NOON + MINUTE)
    await store.take_back("unknown", at=NOON)

    assert await store.count("key", limit=THREE, now=NOON) is None
    assert await store.count("key", limit=THREE, now=NOON) is not None


async def test_all_attempts_can_be_removed(store: AttemptLimits) -> None:
    for key in ("key", "old"):
        for _ in range(3):
            await store.count(key, limit=THREE, now=NOON)

    await store.rewrite("key")
    await store.clear("key")
    await store.forget(now=NOON + THREE.window)

    assert [await store.count("key", limit=THREE, now=NOON) for _ in range(3)] == [None, None, None]
    assert await store.count("old", limit=THREE, now=NOON) is None


async def test_concurrent_attempts_never_exceed_the_limit(postgres: Postgres) -> None:
    async def count() -> bool:
        async with postgres.open_work(Meter()) as work:
            return await work.attempt_limits.count("key", limit=THREE, now=NOON) is None

    counted = await asyncio.gather(*(count() for _ in range(20)))

    assert sum(counted) == 3
