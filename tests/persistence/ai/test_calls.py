"""Budgets and calls on real Postgres: races at the limit, settling, days, and what is forgotten."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.ai import calls
from domain.ai.calls import AiCall, AiCallStatus
from domain.ai.errors import AiPaceReachedError, AiQuotaReachedError, CallerGoneError
from domain.ai.quotas import AiQuota
from domain.errors import DomainError
from domain.unit_of_work import Meter
from tests.builders.ai import NOON, PLENTY, a_call
from tests.support.schema_client import Asker

AT_ONCE = 50
LIMIT = 7


async def reserve(ask: Asker, call: AiCall, quota: AiQuota = PLENTY) -> DomainError | None:
    try:
        async with ask.ports.open_step(Meter()) as work:
            await calls.reserve(work, call, quota)
    except DomainError as refusal:
        return refusal
    return None


async def settle(ask: Asker, ended: AiCall, reserved: AiCall) -> bool:
    async with ask.ports.open_step(Meter()) as work:
        return await calls.settle(work, ended, reserved=reserved)


async def budget_of(ask: Asker, user):
    async with ask.ports.open_reads(Meter()) as reads:
        return await reads.ai_calls.budget(user.id)


@pytest.mark.parametrize(
    "quota",
    [
        replace(PLENTY, requests=LIMIT),
        replace(PLENTY, tokens=LIMIT * 150),
        replace(PLENTY, per_minute=LIMIT),
    ],
    ids=["requests", "tokens", "pace"],
)
async def test_fifty_at_once_get_exactly_the_limit(ask: Asker, quota: AiQuota) -> None:
    user, _ = await ask.learner()

    outcomes = await asyncio.gather(*(reserve(ask, a_call(user.id), quota) for _ in range(AT_ONCE)))

    assert outcomes.count(None) == LIMIT
    expected = AiPaceReachedError if quota.per_minute == LIMIT else AiQuotaReachedError
    assert {type(outcome) for outcome in outcomes if outcome} == {expected}
    budget = await budget_of(ask, user)
    assert (budget.requests, budget.tokens, budget.cost) == (LIMIT, LIMIT * 150, LIMIT * 300)


async def test_settling_gives_back_what_was_reserved_too_much_once(ask: Asker) -> None:
    user, _ = await ask.learner()
    call = a_call(user.id)
    await reserve(ask, call)
    ended = replace(
        call, status=AiCallStatus.ANSWERED, attempts=1, tokens_in=80, tokens_out=20, cost=60, latency_ms=5
    )

    assert await settle(ask, ended, call)
    assert not await settle(ask, ended, call)

    budget = await budget_of(ask, user)
    assert (budget.requests, budget.tokens, budget.cost) == (1, 100, 60)


async def test_a_call_that_no_provider_answered_does_not_count(ask: Asker) -> None:
    user, _ = await ask.learner()
    call = a_call(user.id)
    await reserve(ask, call)
    nothing = {"tokens_in": 0, "tokens_out": 0, "cost": 0, "latency_ms": 5}

    await settle(ask, replace(call, status=AiCallStatus.UNAVAILABLE, **nothing), call)

    assert (await budget_of(ask, user)).requests == 0


async def test_a_new_day_begins_with_nothing_used_and_late_ends_leave_it_alone(ask: Asker) -> None:
    user, _ = await ask.learner()
    one = replace(PLENTY, requests=1)
    late = a_call(user.id)
    await reserve(ask, late, one)
    assert isinstance(await reserve(ask, a_call(user.id), one), AiQuotaReachedError)

    assert await reserve(ask, a_call(user.id, started_at=NOON + timedelta(days=1)), one) is None
    await settle(
        ask,
        replace(late, status=AiCallStatus.CANCELLED, tokens_in=0, tokens_out=0, cost=0, latency_ms=5),
        late,
    )

    budget = await budget_of(ask, user)
    assert (budget.requests, budget.tokens) == (1, 150)


@pytest.mark.parametrize("is_late_first", [True, False])
async def test_requests_around_midnight_count_in_both_orders(ask: Asker, is_late_first: bool) -> None:
    user, _ = await ask.learner()
    two, midnight = replace(PLENTY, requests=2), NOON + timedelta(hours=12)
    late, tomorrow = midnight - timedelta(seconds=1), midnight + timedelta(seconds=1)
    for _ in range(2):
        assert await reserve(ask, a_call(user.id, started_at=NOON - timedelta(days=1)), two) is None

    days = [late, tomorrow] if is_late_first else [tomorrow, late]
    outcomes = [await reserve(ask, a_call(user.id, started_at=day), two) for day in days]
    third = await reserve(ask, a_call(user.id, started_at=tomorrow), two)
    last = await reserve(ask, a_call(user.id, started_at=late), two)

    budget = await budget_of(ask, user)
    assert (outcomes, budget.day) == ([None, None], tomorrow.date())
    assert (third is None) == is_late_first
    assert isinstance(last, AiQuotaReachedError)
    assert (budget.requests, budget.tokens, budget.cost) == (2, 300, 600)


async def test_an_erased_account_gets_no_budget(ask: Asker) -> None:
    user, _ = await ask.learner()
    async with ask.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute("UPDATE users SET erased_at = $1", NOON)

    call = a_call(user.id)
    refused = await reserve(ask, call)

    assert isinstance(refused, CallerGoneError)
    assert await budget_of(ask, user) is None
    async with ask.ports.open_reads(Meter()) as reads:
        assert await reads.ai_calls.by_ids([call.id]) == [None]


async def test_a_pace_that_was_reached_says_when_to_come_back(ask: Asker) -> None:
    user, _ = await ask.learner()
    ten = replace(PLENTY, per_minute=10)
    for _ in range(10):
        assert await reserve(ask, a_call(user.id), ten) is None

    refused = await reserve(ask, a_call(user.id), ten)

    assert isinstance(refused, AiPaceReachedError)
    assert refused.retry_in == timedelta(seconds=6)
    assert await reserve(ask, a_call(user.id, started_at=NOON + refused.retry_in), ten) is None


async def test_calls_of_dead_processes_are_lost_and_old_ones_are_removed(ask: Asker) -> None:
    user, _ = await ask.learner()
    stuck, running = a_call(user.id), a_call(user.id, started_at=NOON + timedelta(minutes=90))
    await reserve(ask, stuck)
    await reserve(ask, running)

    async with ask.ports.open_work(Meter()) as work:
        await calls.tidy(work, now=NOON + timedelta(hours=2))
        first = await work.ai_calls.by_ids([stuck.id, running.id])
        await calls.tidy(work, now=NOON + calls.KEPT + timedelta(minutes=60))
        then = await work.ai_calls.by_ids([stuck.id, running.id])

    assert [call.status for call in first] == [AiCallStatus.LOST, AiCallStatus.RUNNING]
    assert then[0] is None
    assert then[1] is not None
