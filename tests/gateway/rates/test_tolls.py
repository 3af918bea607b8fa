"""Tolls: paying all or nothing, getting back, and what a client is told."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from domain.ids import SessionId, UserId
from domain.rate_rules import Charge, Figures, RateRules
from domain.rates import BucketsGoneError, Draw, Quota
from domain.scopes import Scope
from domain.users import Role, Viewer
from gateway.rates.leases import Leases
from gateway.rates.tolls import (
    RateLimitedError,
    Receipt,
    Toll,
    address_of,
    objects_in,
    subject_of,
    with_extensions,
)
from persistence.buckets_local import LocalBuckets

ADA = Viewer(user_id=UserId("user_ada"), session_id=SessionId("session_1"), roles=frozenset({Role.LEARNER}))
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FIGURES = Figures(reads=10, writes=2, cost=100, cost_restore=1)


class Frozen:
    """A clock in microseconds that a test moves."""

    def __init__(self) -> None:
        self.now = 10**12

    def __call__(self) -> int:
        return self.now


class Gone:
    """Buckets that nobody can reach."""

    async def draw(self, key: str, quota: Quota, *, least: int, most: int) -> Draw:
        raise BucketsGoneError("Gone; try again.")


@pytest.fixture
def clock() -> Frozen:
    return Frozen()


@pytest.fixture
def toll(clock: Frozen) -> Toll:
    return Toll(RateRules(FIGURES), Leases(LocalBuckets(clock=clock), clock=clock), clock=clock)


def reading(toll: Toll, cost: int = 1) -> list[Charge]:
    return toll.rules.reading(ADA, "user_ada", cost)


def writing(toll: Toll, *fields: str, cost: int = 1) -> list[Charge]:
    return toll.rules.writing(ADA, "user_ada", "192.0.2.7", cost=cost, fields=fields)


async def remaining(toll: Toll) -> tuple[list[int], int]:
    limits = await toll.limits(ADA, "user_ada", requested=0, at=NOW)
    return [bucket.remaining for bucket in limits.buckets], limits.cost.available


async def test_an_operation_pays_once(toll: Toll) -> None:
    await toll.pay(reading(toll, cost=7))

    assert await remaining(toll) == ([9, 2, 10], 93)


async def test_the_request_after_the_last_is_told_when_it_works(toll: Toll, clock: Frozen) -> None:
    for _ in range(10):
        await toll.pay(reading(toll))

    with pytest.raises(RateLimitedError) as refused:
        await toll.pay(reading(toll))

    error = refused.value.errors[0]
    assert (error.extensions or {})["code"] == "RATE_LIMITED"
    assert error.message == "You asked for more than the limit of reads allows; try again in 6 seconds."
    assert (error.extensions or {})["retryAfter"] == 6
    headers = dict(refused.value.headers)
    assert (refused.value.status, headers[b"retry-after"]) == (429, b"6")
    assert headers[b"ratelimit-policy"] == b'"reads";q=10;w=60, "cost";q=100;w=100'
    assert headers[b"ratelimit"] == b'"reads";r=0;t=60, "cost";r=90;t=10'
    clock.now += 6_000_000
    await toll.pay(reading(toll))


async def test_a_refused_request_pays_nothing(toll: Toll) -> None:
    await toll.pay(reading(toll, cost=95))

    with pytest.raises(RateLimitedError, match="limit of cost"):
        await toll.pay(reading(toll, cost=6))
    await asyncio.sleep(0)

    assert await remaining(toll) == ([9, 2, 10], 5)


async def test_what_was_not_used_comes_back(toll: Toll) -> None:
    receipt = await toll.pay(reading(toll, cost=60))

    toll.settle(receipt, 12)
    await asyncio.sleep(0)

    assert await remaining(toll) == ([9, 2, 10], 88)
    assert toll.extensions(receipt)["cost"] == {
        "requested": 60,
        "actual": 12,
        "available": 88,
        "restoreRate": 1,
    }


async def test_using_more_than_was_asked_for_costs_no_more(toll: Toll) -> None:
    receipt = await toll.pay(reading(toll, cost=10))

    toll.settle(receipt, 1_000)

    assert receipt.actual == 10
    assert (await remaining(toll))[1] == 90


async def test_five_answers_are_a_write(toll: Toll) -> None:
    for _ in range(10):
        await toll.pay(writing(toll, "answerQuestion"))

    with pytest.raises(RateLimitedError, match="limit of writes"):
        await toll.pay(writing(toll, "answerQuestion"))


async def test_nothing_to_pay_is_free(toll: Toll) -> None:
    free = Receipt([])

    toll.settle(free, 5)

    assert toll.extensions(free) == {}
    assert toll.headers(free.leases) == []
    assert await remaining(toll) == ([10, 2, 10], 100)


async def test_the_limits_say_when_the_buckets_are_full(toll: Toll) -> None:
    await toll.pay(reading(toll, cost=30))

    limits = await toll.limits(ADA, "user_ada", requested=30, at=NOW)

    assert (limits.limit, limits.remaining, limits.reset_at) == (10, 9, NOW + timedelta(seconds=6))
    assert (limits.cost.requested, limits.cost.actual, limits.cost.restore_rate) == (30, None, 1)
    assert [bucket.name for bucket in limits.buckets] == ["reads", "writes", "generation"]
    assert not limits.degraded


async def test_without_redis_reading_goes_on_and_says_so_and_signing_in_does_not(clock: Frozen) -> None:
    toll = Toll(RateRules(FIGURES), Leases(Gone(), clock=clock), clock=clock)

    receipt = await toll.pay(reading(toll))
    with pytest.raises(RateLimitedError) as refused:
        await toll.pay(writing(toll, "login"))

    assert receipt.is_degraded
    assert toll.extensions(receipt)["cost"]["degraded"] is True
    assert (await toll.limits(ADA, "user_ada", requested=0, at=NOW)).degraded
    assert (refused.value.errors[0].extensions or {})["code"] == "SERVICE_DEGRADED"
    assert (refused.value.status, dict(refused.value.headers)[b"retry-after"]) == (503, b"10")


@pytest.mark.parametrize(
    ("viewer", "address", "subject"),
    [
        (ADA, "192.0.2.7", "user_ada"),
        (
            Viewer(
                user_id=UserId("user_ada"),
                session_id=SessionId("key_1"),
                roles=frozenset(),
                scopes=frozenset({Scope.READ_LEARNING}),
            ),
            "192.0.2.7",
            "key_1",
        ),
        (None, "192.0.2.7", "192.0.2.7"),
        (None, "2001:db8:0:1:ffff::2", "2001:db8:0:1::/64"),
        (None, None, "unknown"),
    ],
)
def test_the_payer_is_the_user_the_key_or_the_network(
    viewer: Viewer | None, address: str | None, subject: str
) -> None:
    assert subject_of(viewer, lambda: address) == subject
    assert address_of("2001:db8::1") == address_of("2001:db8::ffff:1")


@pytest.mark.parametrize(
    ("response", "objects"),
    [
        ({"data": None}, 0),
        ({"data": {}}, 0),
        ({"data": {"a": 1, "b": None}}, 0),
        ({"data": {"user": {"id": "1"}}}, 1),
        ({"data": {"users": [{"id": "1"}, None, {"goals": [{"x": [1, 2]}, {"y": {}}]}]}}, 5),
    ],
)
def test_the_objects_of_a_response_are_its_cost(response: Any, objects: int) -> None:
    assert objects_in(orjson.dumps(response)) == objects


def test_extensions_are_added_to_what_is_written() -> None:
    body = with_extensions(orjson.dumps({"data": {"a": 1}}), orjson.dumps({"cost": {"actual": 1}}))

    assert orjson.loads(body) == {"data": {"a": 1}, "extensions": {"cost": {"actual": 1}}}
