"""Rate limiter: all charges or none, refunds, refusals, and the caller's current limits."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from domain.rate_limits.rules import RateFigures
from gateway.rate_limits import rate_limiter
from gateway.rate_limits.cost_reports import CostReceipt
from gateway.rate_limits.errors import RateLimitedError
from gateway.rate_limits.rate_limiter import COUNTED_UP_TO, RateLimiter
from graph.documents.prepared import PreparedOperation
from tests.support.rate_limits import (
    ADA,
    ADDRESS,
    LOGIN,
    FrozenClock,
    UnavailableBuckets,
    a_limiter,
    an_operation,
    charged,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FIGURES = RateFigures(reads=10, writes=2, cost=100, cost_restore=1)
READ = an_operation("{ __typename }")
WRITE = an_operation(
    "mutation ($i: AnswerQuestionInput!) { answerQuestion(input: $i) { userErrors { __typename } } }"
)
SIGN_IN = an_operation(f"mutation {{ {LOGIN} }}")


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def limiter(clock: FrozenClock) -> RateLimiter:
    return a_limiter(clock, FIGURES)


async def charge(limiter: RateLimiter, operation: PreparedOperation = READ, cost: int = 1) -> CostReceipt:
    return await limiter.charge(operation, ADA, lambda: ADDRESS, cost=cost)


def a_body(objects: int) -> bytes:
    """Return something as long as a response, with so many objects in its data."""
    return b"{" * (objects + 2)


def cost_in(limiter: RateLimiter, receipt: CostReceipt) -> bytes:
    """Return a response with its cost."""
    body, _ = limiter.report(receipt, b'{"data":{}}', with_cost=True)
    return body


async def remaining(limiter: RateLimiter) -> tuple[list[int], int]:
    limits = await limiter.current(ADA, address=ADDRESS, requested=0, now=NOW)
    return [bucket.remaining for bucket in limits.buckets], limits.cost.available


async def test_an_operation_is_charged_once(limiter: RateLimiter) -> None:
    await charge(limiter, cost=7)

    assert await remaining(limiter) == ([9, 2, 10], 93)


async def test_a_read_is_charged_from_memory_without_waiting(limiter: RateLimiter) -> None:
    await charge(limiter)

    with pytest.raises(StopIteration) as done:
        charge(limiter).send(None)

    assert done.value.value.requested == 1


async def test_a_refusal_says_when_the_next_request_will_be_accepted(
    limiter: RateLimiter, clock: FrozenClock
) -> None:
    for _ in range(10):
        await charge(limiter)

    with pytest.raises(RateLimitedError) as refused:
        await charge(limiter)

    error = refused.value.errors[0]
    assert (error.extensions or {})["code"] == "RATE_LIMITED"
    assert error.message == "You have reached the limit of reads; try again in 6 seconds."
    assert (error.extensions or {})["retryAfter"] == 6
    headers = dict(refused.value.headers)
    assert (refused.value.status, headers[b"retry-after"]) == (429, b"6")
    assert headers[b"ratelimit-policy"] == b'"reads";q=10;w=60, "cost";q=100;w=100'
    assert headers[b"ratelimit"] == b'"reads";r=0;t=60, "cost";r=90;t=10'
    clock.now += 6_000_000
    await charge(limiter)


async def test_a_refused_operation_is_not_charged(limiter: RateLimiter) -> None:
    await charge(limiter, cost=95)

    with pytest.raises(RateLimitedError, match="limit of cost"):
        await charge(limiter, cost=6)
    await asyncio.sleep(0)

    assert await remaining(limiter) == ([9, 2, 10], 5)


async def test_unused_cost_is_refunded(limiter: RateLimiter) -> None:
    receipt = await charge(limiter, cost=60)

    limiter.refund(receipt, a_body(objects=12))
    await asyncio.sleep(0)

    assert await remaining(limiter) == ([9, 2, 10], 88)
    expected = (
        b'{"data":{},"extensions":{"cost":{"requested":60,"actual":12,"available":88,"restoreRate":1}}}'
    )
    assert cost_in(limiter, receipt) == expected


async def test_an_operation_never_pays_more_than_its_estimate(limiter: RateLimiter) -> None:
    receipt = await charge(limiter, cost=10)

    limiter.refund(receipt, a_body(objects=1_000))

    assert receipt.actual == 10
    assert (await remaining(limiter))[1] == 90


async def test_a_long_response_pays_its_estimate(limiter: RateLimiter) -> None:
    receipt = await charge(limiter, cost=10)

    limiter.refund(receipt, b" " * (COUNTED_UP_TO + 1))

    assert (await remaining(limiter))[1] == 90


async def test_five_answers_cost_a_write(limiter: RateLimiter) -> None:
    for _ in range(10):
        await charge(limiter, WRITE)

    with pytest.raises(RateLimitedError, match="limit of writes"):
        await charge(limiter, WRITE)


async def test_a_free_operation_has_nothing_to_refund_or_report(limiter: RateLimiter) -> None:
    free = CostReceipt([])

    limiter.refund(free, a_body(objects=5))

    assert limiter.report(free, b"{}", with_cost=True) == (b"{}", [])
    assert await remaining(limiter) == ([10, 2, 10], 100)


async def test_the_current_limits_say_when_the_buckets_are_full(limiter: RateLimiter) -> None:
    await charge(limiter, cost=30)

    limits = await limiter.current(ADA, address=ADDRESS, requested=30, now=NOW)

    assert (limits.limit, limits.remaining, limits.reset_at) == (10, 9, NOW + timedelta(seconds=6))
    assert (limits.cost.requested, limits.cost.restore_rate) == (30, 1)
    assert [bucket.name for bucket in limits.buckets] == ["reads", "writes", "generation"]
    assert not limits.degraded


async def test_without_redis_reads_and_sign_ins_go_on_degraded(clock: FrozenClock) -> None:
    limiter = a_limiter(clock, FIGURES, buckets=UnavailableBuckets())

    receipt = await charge(limiter)
    signed_in = await charge(limiter, SIGN_IN)

    assert receipt.is_degraded
    assert signed_in.is_degraded
    assert b'"degraded":true' in cost_in(limiter, receipt)
    assert (await limiter.current(ADA, address=ADDRESS, requested=0, now=NOW)).degraded


async def test_a_limiter_leaves_no_task_behind(redis_url: str) -> None:
    async with rate_limiter.opened(RateFigures(), redis_url) as limiter:
        assert (await charged(limiter, "{ __typename }")).leases
        assert [task for task in asyncio.all_tasks() if "return_idle" in repr(task)]

    assert [task for task in asyncio.all_tasks() if "return_idle" in repr(task)] == []
