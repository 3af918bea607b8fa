"""The proof of equality: any document, any answer, any failure, both engines, the same response."""

import asyncio
import gc
from typing import Any

import pytest
from graphql import parse, validate
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from graph.execution import Engine
from tests.graph.engine.comparing import both
from tests.graph.engine.documents import Case, operations
from tests.graph.engine.synthetic import Asked, Chances, schema_of

MIXED = [schema_of(variant) for variant in range(4)]
NARROW = [schema_of(variant, ("attribute", "batch")) for variant in range(2)]
"""Batches here are asked for rows more often, because nothing needs whole objects but a field with arguments."""
INSTANT = [schema_of(variant, ("attribute", "other")) for variant in range(2)]
ORPHANS = [
    # graphql-core leaves coroutines behind where a sibling fails at once.
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
"""For each of eight schemas."""


def compare(schema: Any, case: Case, chances: Chances, *, nothing_waits: bool = False) -> None:
    document = parse(case.text)
    assume(not validate(schema, document))

    async def run() -> None:
        contexts = {engine: Asked(chances) for engine in Engine}
        results = await both(schema, document, case.variables, contexts, Asked(chances))
        for _ in range(8):
            await asyncio.sleep(0)
        results.assert_same(nothing_waited=nothing_waits)
        if nothing_waits and case.text.startswith("mutation"):
            assert contexts[Engine.COMPILED].order[:1] == contexts[Engine.REFERENCE].order[:1]

    asyncio.run(run())


@FAST
@given(variant=st.sampled_from(MIXED), case=CASES, chances=CHANCES)
def test_both_engines_answer_alike(variant: Any, case: Case, chances: Chances) -> None:
    compare(variant, case, chances)


@FAST
@given(variant=st.sampled_from(NARROW), case=CASES, chances=CHANCES)
def test_rows_answer_like_objects(variant: Any, case: Case, chances: Chances) -> None:
    compare(variant, case, chances)


@FAST
@given(variant=st.sampled_from(INSTANT), case=CASES, chances=CHANCES)
def test_where_nothing_waits_even_the_order_of_errors_is_the_same(
    variant: Any, case: Case, chances: Chances
) -> None:
    chances.wait = 0.0

    compare(variant, case, chances, nothing_waits=True)


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
def swept() -> Any:
    yield
    gc.collect()
