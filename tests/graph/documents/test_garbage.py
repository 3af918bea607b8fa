"""Garbage: documents that were let go are freed at once, without the garbage collector."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest

from graph.documents.limits import Limits
from graph.documents.prepared import DocumentCache, RefusedDocumentError
from graph.engine import row_encoder
from graph.schema import executable
from tests.graph.engine.team_schema import CALLS, LEARNER, context, executor

PAGE = """
query Page($by: UserBy!, $few: Int = 3, $deep: Boolean!, $where: [ID!] = ["x"]) {
  user(by: $by) { id handle ...Shown @include(if: $deep) }
  users(first: $few) { nodes { id ... on User { level } } }
  node(id: "user_1") { __typename ... on User { id } }
  nodes(ids: $where) { id }
  leaderboard { total entries(first: 5) { rank xp user { id } } }
}
fragment Shown on User { displayName bio }
"""
SUBMIT = """
mutation ($id: ID!) {
  submitQuizAttempt(input: {attemptId: $id, idempotencyKey: "k"}) { attempt { id score } userErrors { __typename } }
}
"""
REFUSED = {
    "syntax": "{ a ",
    "too deep to parse": "{a" * 300,
    "tokens": "{" + " a" * 4_000 + "}",
    "characters": "{ a } #" + "x" * 100_000,
    "depth": "{ a" * 20 + " }" * 20,
    "fields": "{ unknown user { id } users { nodes } }",
    "errors without end": "{ a b c d e f g h i j }",
    "variables": "query ($a: Int, $b: Unknown) { user(by: {id: $c}) { id } }",
    "fragments": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "merging": "{ a: viewer { id } a: leaderboard { total } }",
    "no operation": "fragment A on User { id }",
    "an escaped NUL": '{ user(by: {id: "\\u0000"}) { id } }',
}
RUNS = [
    "{ teams { id label leadName best { title } lead { id name } projects { title author { id name } } } }",
    "query ($deep: Boolean = true) { teams { id ... @include(if: $deep) { members { status } } } }",
    'mutation { create(input: {label: "new"}) { team { id label } userErrors { __typename } } }',
]


@pytest.fixture
def _no_collector() -> Iterator[None]:
    """Switch the automatic garbage collector off."""
    gc.disable()
    yield
    gc.enable()


def documents(limits: Limits | None = None) -> DocumentCache:
    return DocumentCache(executable(), limits=limits or Limits(), hide_suggestions=True)


def prepare_and_forget(cache: DocumentCache, text: str) -> None:
    prepared = cache.prepare_uncached(text, None)
    values = prepared.values({"by": {"id": "user_1"}, "deep": True, "id": "attempt_1"})
    assert not isinstance(values, list)
    assert prepared.variants.plan(values, {}) is not None
    prepared.measure({"few": 7})
    prepared.refusals(cache.rules, None)


def refuse(cache: DocumentCache, text: str) -> None:
    try:
        cache.prepare_uncached(text, None)
    except RefusedDocumentError:
        return
    pytest.fail("the document is valid")


@pytest.mark.usefixtures("_no_collector")
@pytest.mark.parametrize("text", [PAGE, SUBMIT])
def test_a_prepared_document_leaves_no_cycles(text: str) -> None:
    cache = documents()
    prepare_and_forget(cache, text)
    gc.collect()

    prepare_and_forget(cache, text)

    assert gc.collect() == 0


@pytest.mark.usefixtures("_no_collector")
@pytest.mark.parametrize("reason", REFUSED)
def test_a_refused_document_leaves_no_cycles(reason: str) -> None:
    cache = documents()
    refuse(cache, REFUSED[reason])
    gc.collect()

    refuse(cache, REFUSED[reason])

    assert gc.collect() == 0


@pytest.mark.usefixtures("_no_collector")
@pytest.mark.parametrize(
    "sent",
    [{}, {"deep": 1}, {"deep": True, "by": 5}, {"deep": "x", "by": {"id": 5, "no": 1}, "few": 10**12}],
)
def test_refused_variables_leave_no_cycles(sent: dict[str, Any]) -> None:
    cache = documents()
    assert isinstance(cache.prepare_uncached(PAGE, None).values(sent), list)
    gc.collect()

    assert isinstance(cache.prepare_uncached(PAGE, None).values(sent), list)

    assert gc.collect() == 0


@pytest.mark.usefixtures("_no_collector")
@pytest.mark.parametrize("text", RUNS)
async def test_a_document_that_ran_leaves_no_cycles(text: str) -> None:
    runner = executor()

    async def run() -> None:
        prepared = runner.documents.prepare_uncached(text, None)
        response = await runner.run(prepared, {}, context(LEARNER))
        assert "errors" not in response
        CALLS.clear()

    await run()
    gc.collect()

    await run()

    assert gc.collect() == 0


def test_plans_share_the_types_of_rows() -> None:
    assert row_encoder._row_type(("id", "name")) is row_encoder._row_type(("id", "name"))
    assert row_encoder._row_type(("id", "name")) is not row_encoder._row_type(("name", "id"))
