"""Quotas of the assistant over HTTP: at the limit nothing is sent, and failed providers are left alone for a while."""

import asyncio
from dataclasses import replace

import pytest

from domain.accounts.users import Role
from domain.ai.errors import (
    AiOutputRefusedError,
    AiPaceReachedError,
    AiQuotaReachedError,
    AiUnavailableError,
)
from domain.dependency_table import AI_PROVIDER
from domain.service_status.dependencies import PostponedError
from domain.service_status.parts import PartState
from gateway.service_status.local_troubles import LocalTroubles
from gateway.telemetry.prometheus import Exposition
from tests.gateway.ai.conftest import AiWorld
from tests.support.ai_server import DOWN, Reply
from tests.support.assistants import PLENTY

LIMIT = 5


async def test_of_fifty_requests_at_once_exactly_the_limit_reaches_a_provider(world: AiWorld) -> None:
    assistant = world.assistant(quotas=replace(PLENTY, requests={Role.LEARNER: LIMIT}))

    outcomes = await asyncio.gather(
        *(assistant.text(world.request()) for _ in range(50)), return_exceptions=True
    )

    refused = [outcome for outcome in outcomes if isinstance(outcome, AiQuotaReachedError)]
    assert len(refused) == 50 - LIMIT
    assert len(world.main.requests) == LIMIT == len(await world.calls())
    assert refused[0].resets_at.hour == 0


async def test_a_role_with_a_higher_figure_counts(world: AiWorld) -> None:
    assistant = world.assistant(quotas=replace(PLENTY, requests={Role.LEARNER: 0, Role.AUTHOR: 1}))

    await assistant.text(world.request(roles=frozenset({Role.LEARNER, Role.AUTHOR})))
    with pytest.raises(AiQuotaReachedError):
        await assistant.text(world.request())


async def test_an_eleventh_request_in_a_minute_waits_and_a_job_loses_no_attempt(world: AiWorld) -> None:
    assistant = world.assistant(quotas=replace(PLENTY, per_minute=10))
    for _ in range(10):
        await assistant.text(world.request())

    with pytest.raises(AiPaceReachedError) as refused:
        await assistant.text(world.request())

    assert isinstance(refused.value, PostponedError)
    world.ask.clock.forward(seconds=refused.value.retry_in.total_seconds())
    await assistant.text(world.request())


async def test_a_provider_that_fails_three_times_is_left_alone(world: AiWorld) -> None:
    world.main.usual = DOWN
    assistant = world.assistant()

    for _ in range(5):
        assert (await assistant.text(world.request())).model == "other"

    assert len(world.main.requests) == AI_PROVIDER.failures
    breakers = world.ask.ports.breakers
    assert breakers.is_open(AI_PROVIDER, "main")
    troubles = LocalTroubles(breakers, world.ask.postgres._database.lender, world.ask.ports.signals)
    assert [(each.cause, each.state) for each in troubles.see(world.ask.clock())] == [
        (AI_PROVIDER.name, PartState.DEGRADED)
    ]


async def test_answers_without_a_word_open_no_breaker_for_others(world: AiWorld) -> None:
    world.main.usual = world.second.usual = Reply("")
    assistant = world.assistant()

    for _ in range(2 * AI_PROVIDER.failures):
        with pytest.raises(AiOutputRefusedError):
            await assistant.text(world.request())

    breakers = world.ask.ports.breakers
    assert not any(breakers.is_open(AI_PROVIDER, key) for key in ("", "main", "second"))
    world.main.usual = Reply("An answer.")
    assert (await assistant.text(world.request())).model == "first"


async def test_without_any_provider_requests_are_refused_at_once(world: AiWorld) -> None:
    world.main.usual = world.second.usual = DOWN
    assistant = world.assistant()

    for _ in range(5):
        with pytest.raises(AiUnavailableError):
            await assistant.text(world.request())
    sent = len(world.main.requests) + len(world.second.requests)
    with pytest.raises(AiUnavailableError, match="seconds"):
        await assistant.text(world.request())

    assert len(world.main.requests) + len(world.second.requests) == sent
    assert world.ask.ports.breakers.is_open(AI_PROVIDER)


async def test_metrics_count_calls_tokens_cost_and_time_by_model(world: AiWorld) -> None:
    assistant = world.assistant(quotas=replace(PLENTY, requests={Role.LEARNER: 1}))
    await assistant.text(world.request())
    with pytest.raises(AiQuotaReachedError):
        await assistant.text(world.request())

    text = Exposition(assistant.metrics.families).text().decode()

    assert 'ai_requests_total{model="first",status="ANSWERED"} 1.0' in text
    assert 'ai_requests_total{model="first",status="QUOTA"} 1.0' in text
    assert 'ai_tokens_total{direction="in",model="first"} 100.0' in text
    assert 'ai_cost_dollars_total{model="first"} 6.5e-05' in text
    assert 'ai_seconds_count{model="first"} 1.0' in text
