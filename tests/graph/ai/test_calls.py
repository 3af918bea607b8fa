"""Language models through the schema: what callers have used, and what operators see."""

from datetime import timedelta

import pytest

from domain.ai.calls import AiCallStatus
from tests.support.ai_calls import called, of_status
from tests.support.jobs import an_operator
from tests.support.schema_client import Asker

USAGE = "{ viewer { aiUsage { requests requestLimit tokens tokenLimit resetsAt } } }"
LIST = """query ($caller: ID, $model: String, $since: DateTime, $until: DateTime) {
  aiCalls(callerId: $caller, model: $model, since: $since, until: $until) {
    nodes { id caller { handle } prompt promptVersion model provider status tokensIn tokensOut cost } } }"""


async def test_usage_counts_the_requests_of_today(ask: Asker) -> None:
    _, viewer = await ask.learner()
    before = (await ask.data(USAGE, viewer))["viewer"]["aiUsage"]

    await called(ask, viewer)
    await of_status(ask, viewer, AiCallStatus.UNAVAILABLE)
    after = (await ask.data(USAGE, viewer))["viewer"]["aiUsage"]
    ask.clock.forward(days=1)
    tomorrow = (await ask.data(USAGE, viewer))["viewer"]["aiUsage"]

    assert (before["requests"], before["tokens"]) == (0, 0) == (tomorrow["requests"], tomorrow["tokens"])
    assert after["requests"] == 1
    assert 0 < after["tokens"] < after["tokenLimit"]
    assert after["resetsAt"] == "2026-03-03T00:00:00.000Z"


async def test_an_operator_finds_calls_by_caller_model_and_time(ask: Asker) -> None:
    _, ada = await ask.learner(handle="ada")
    _, bob = await ask.learner(handle="bob")
    first = await called(ask, ada)
    ask.clock.forward(hours=1)
    second = await called(ask, bob)
    operator = await an_operator(ask)

    async def found(**filters) -> list[str]:
        nodes = (await ask.data(LIST, operator, **filters))["aiCalls"]["nodes"]
        return [node["id"] for node in nodes]

    assert await found() == [second, first]
    assert await found(caller=ada.user_id) == [first]
    assert await found(model="offline-author") == [second, first]
    assert await found(model="unknown") == []
    assert await found(since=ask.clock().isoformat()) == [second]
    assert await found(until=ask.clock().isoformat()) == [first]


async def test_a_range_without_room_is_refused(ask: Asker) -> None:
    operator = await an_operator(ask)
    now = ask.clock()

    response = await ask(LIST, operator, since=now.isoformat(), until=(now - timedelta(hours=1)).isoformat())

    assert response["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_no_learner_sees_calls(ask: Asker) -> None:
    _, viewer = await ask.learner()
    await called(ask, viewer)

    response = await ask("{ aiCalls { nodes { id } } }", viewer)

    assert response["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize("status", AiCallStatus)
async def test_a_call_of_every_outcome_is_listed(ask: Asker, status: AiCallStatus) -> None:
    _, viewer = await ask.learner()
    await of_status(ask, viewer, status)

    (call,) = (await ask.data(LIST, await an_operator(ask)))["aiCalls"]["nodes"]

    assert call["status"] == status.value
    assert call["promptVersion"] == 1


async def test_the_models_that_may_be_chosen_are_listed(ask: Asker) -> None:
    _, viewer = await ask.learner()

    data = await ask.data("{ aiModels { name context purposes } }", viewer)

    assert [model["name"] for model in data["aiModels"]] == ["offline-author"]
    assert "CHAT" in data["aiModels"][0]["purposes"]
