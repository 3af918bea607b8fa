"""Subscriptions: events cost time, not memory."""

import gc
import tracemalloc
from typing import Any

import pytest

from graph.execution import Engine
from tests.graph.engine.shelves import CALLS, context, executor

EVENTS = 20_000
ENOUGH_TO_SETTLE = 500
GROWTH = 8 * 1024


@pytest.mark.slow
async def test_no_byte_is_kept_of_an_event() -> None:
    runner = executor(Engine.COMPILED)
    text = "subscription ($n: Int) { painted(times: $n) { id label books { title } keeper { id name } } }"
    started: Any = await runner.stream(
        runner.documents.prepare(text, None), {"n": EVENTS + 10}, context(None)
    )
    for _ in range(ENOUGH_TO_SETTLE):
        await anext(started)
    CALLS.clear()
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()

    for _ in range(EVENTS - ENOUGH_TO_SETTLE):
        assert "errors" not in await anext(started)
        CALLS.clear()

    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    await started.aclose()
    assert after - before < GROWTH


async def test_a_subscription_that_is_closed_closes_its_source() -> None:
    runner = executor(Engine.COMPILED)
    started: Any = await runner.stream(
        runner.documents.prepare("subscription { painted(times: 9) { id } }", None), {}, context(None)
    )
    assert await anext(started) == {"data": {"painted": {"id": 0}}}

    await started.aclose()

    with pytest.raises(StopAsyncIteration):
        await anext(started)


async def test_a_wrong_argument_refuses_the_subscription() -> None:
    runner, reference = executor(), executor(Engine.REFERENCE)
    text = "subscription ($n: Int! = 2) { painted(times: $n) { id } }"

    refused = await runner.stream(runner.documents.prepare(text, None), {"n": "x"}, context(None))

    assert refused == await reference.stream(
        reference.documents.prepare(text, None), {"n": "x"}, context(None)
    )
    assert isinstance(refused, dict)
    assert "data" not in refused
