"""A Redis that answers late: requests go on, counted by the process alone, until it is in time again."""

import asyncio

import pytest

from tests.gateway.conftest import running
from tests.support.patience import PATIENCE_S
from tests.support.servers.late_proxy import late_proxy

EXAMS = "{ examTypes { id } }"
CREATE = """mutation ($key: String!) { createGoal(input: {title: "Read", idempotencyKey: $key}) {
  goal { id } userErrors { __typename } } }"""
LATE_S = 30.0
"""Longer than an operation may take, so that whatever waits for Redis is not answered."""


@pytest.mark.slow
async def test_requests_are_answered_while_redis_is_late_and_degraded_until_it_is_not(
    database_url: str, redis_url: str
) -> None:
    async with late_proxy(redis_url) as proxy, running(database_url, redis_url=proxy.url) as live:
        token = await live.register("ada")
        limiter = live.app.pipeline.rate_limiter
        before = limiter.degraded_draws

        proxy.delay_s = LATE_S
        responses = []
        for number in range(5):
            responses.append(await live.post(EXAMS, token=await live.register(f"late{number}")))
            responses.append(await live.post(CREATE, token=token, key=f"a-long-key-{number:08}"))
        during = limiter.degraded_draws

        proxy.delay_s = 0.0
        async with asyncio.timeout(4 * PATIENCE_S):
            while True:
                counted = limiter.degraded_draws
                last = await live.post(EXAMS, token=await live.register(f"again{counted}{len(responses)}"))
                responses.append(last)
                if limiter.degraded_draws == counted:
                    break
                await asyncio.sleep(0.2)

    assert before == 0
    assert during > 0
    assert [response.status_code for response in responses] == [200] * len(responses)
    assert not any("errors" in response.json() for response in responses)
