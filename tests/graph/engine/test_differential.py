"""Differential test of the engines: generated documents, values and failures get the same response from both."""

import asyncio
import gc
from typing import Any

import pytest
from graphql import parse, validate
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from graph.execution.executor import Engine
from tests.graph.engine.comparison import run_both
from tests.graph.engine.documents import Case, operations
from tests.graph.engine.synthetic import Chances, SyntheticContext, schema_of

MIXED = [schema_of(variant) for variant in range(4)]
NARROW = [schema_of(variant, ("attribute", "batch")) for variant in range(2)]
"""Batches load rows more often here, because only a field with arguments needs whole objects."""
INSTANT = [schema_of(variant, ("attribute", "other")) for variant in range(2)]
ORPHANS = [
    # graphql-core leaves coroutines unawaited where a sibling fails at once.
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
pytestmark = [*ORPHANS, pytest.mark.slow]
CASES = operations(MIXED[0], kinds=("query", "query", "query", "mutation"))
CHANCES = st.builds(
    Chances,
    seed=st.integers(0, 2**32),
    error=st.sampled_from([0.0, 0.02, 0.08]),
    null=st.sampled_from([0.0, 0.05, 0.15]),
    wait=st.sampled_from([0.0, 0.5, 1.0]),
)
CHECKS = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
FAST = settings(max_examples=200, deadline=None, print_blob=True, suppress_health_check=CHECKS)
SLOW = settings(FAST, max_examples=500)
"""The settings for each of eight schemas."""


def compare(schema: Any, case: Case, chances: Chances, *, is_instant: bool = False) -> None:
    document = parse(case.text)
    assume(not validate(schema, document))

    async def run() -> None:
        contexts = {engine: SyntheticContext(chances) for engine in Engine}
        results = await run_both(schema, document, case.variables, contexts, SyntheticContext(chances))
        for _ in range(8):
            await asyncio.sleep(0)
        results.assert_same(nothing_awaited=is_instant)
        if is_instant and case.text.startswith("mutation"):
            assert contexts[Engine.COMPILED].order[:1] == contexts[Engine.REFERENCE].order[:1]

    asyncio.run(run())


@FAST
@given(variant=st.sampled_from(MIXED), case=CASES, chances=CHANCES)
def test_both_engines_answer_alike(variant: Any, case: Case, chances: Chances) -> None:
    compare(variant, case, chances)


@FAST
@given(variant=st.sampled_from(NARROW), case=CASES, chances=CHANCES)
def test_rows_are_completed_like_objects(variant: Any, case: Case, chances: Chances) -> None:
    compare(variant, case, chances)


@FAST
@given(variant=st.sampled_from(INSTANT), case=CASES, chances=CHANCES)
def test_without_awaiting_even_the_order_of_errors_is_the_same(
    variant: Any, case: Case, chances: Chances
) -> None:
    chances.wait = 0.0

    compare(variant, case, chances, is_instant=True)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("variant", MIXED + NARROW + INSTANT, ids=range(8))
def test_both_engines_answer_thousands_of_documents_alike(variant: Any) -> None:
    @SLOW
    @given(case=CASES, chances=CHANCES)
    def alike(case: Case, chances: Chances) -> None:
        compare(variant, case, chances)

    alike()


@pytest.fixture(autouse=True)
def collect_garbage() -> Any:
    yield
    gc.collect()
