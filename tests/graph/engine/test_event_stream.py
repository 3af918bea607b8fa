"""Subscriptions: events keep no memory, and closing one closes its source."""

import gc
import tracemalloc
from typing import Any

import pytest

from graph.execution.executor import Engine
from tests.graph.engine.team_schema import CALLS, context, executor
from tests.support.subscriptions import subscribe

EVENTS = 20_000
WARM_UP = 500
MOST_GROWTH = 8 * 1024


@pytest.mark.slow
async def test_events_keep_no_memory() -> None:
    runner = executor(Engine.COMPILED)
    text = "subscription ($n: Int) { created(times: $n) { id label projects { title } lead { id name } } }"
    prepared = runner.documents.prepare(text, None)
    started: Any = await subscribe(runner, prepared, {"n": EVENTS + 10}, context(None))
    for _ in range(WARM_UP):
        await anext(started)
    CALLS.clear()
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()

    for _ in range(EVENTS - WARM_UP):
        assert "errors" not in await anext(started)
        CALLS.clear()

    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    await started.aclose()
    assert after - before < MOST_GROWTH


async def test_closing_a_subscription_closes_its_source() -> None:
    runner = executor(Engine.COMPILED)
    prepared = runner.documents.prepare("subscription { created(times: 9) { id } }", None)
    CALLS.clear()
    started: Any = await subscribe(runner, prepared, {}, context(None))
    assert await anext(started) == {"data": {"created": {"id": 0}}}
    assert ("closed",) not in CALLS

    await started.aclose()

    assert ("closed",) in CALLS
    with pytest.raises(StopAsyncIteration):
        await anext(started)


async def test_an_invalid_argument_refuses_the_subscription() -> None:
    runner, reference = executor(), executor(Engine.REFERENCE)
    text = "subscription ($n: Int! = 2) { created(times: $n) { id } }"

    refused = await subscribe(runner, runner.documents.prepare(text, None), {"n": "x"}, context(None))

    assert refused == await subscribe(
        reference, reference.documents.prepare(text, None), {"n": "x"}, context(None)
    )
    assert isinstance(refused, dict)
    assert "data" not in refused
