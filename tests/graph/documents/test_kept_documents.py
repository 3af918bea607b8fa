"""Kept documents: what is kept, what is let go, and how much memory they really take."""

import gc
import tracemalloc
import weakref
from typing import Any

import pytest

from graph.documents.kept_documents import _MOST_SEEN, CACHE_BYTES, KeptDocuments
from graph.documents.limits import Limits
from graph.documents.prepared import DocumentCache, PreparedOperation
from graph.engine.codegen import builder_of, column_of
from graph.engine.plans import Plan, SelectionSetPlan
from graph.engine.traversal import fields_of, selections_of
from graph.execution.executor import Engine, Executor
from graph.schema import executable
from tests.graph.engine.team_schema import CORE, LEARNER, context, executor
from tests.support.subscriptions import subscribe

TEXT = "query ($n: Int, $deep: Boolean!) { teams(count: $n) { id projects @include(if: $deep) { title } } }"
SENT = {"n": 1, "deep": True}
KILOBYTE = 1_000
MOST_TRACKED = 200_000
"""How many objects of a full cache the garbage collector may have to look at; a million take half a second."""
WEIGHED = {
    "one field": "{ leaderboard { total } }",
    "no field": "{ a: __typename }",
    "variables": "query ("
    + " ".join(f"$v{n}: UserBy!" for n in range(18))
    + ") {"
    + " ".join(f"u{n}: user(by: $v{n}) {{ id handle }}" for n in range(18))
    + "}",
    "objects": "{"
    + " ".join(
        f"a{n}: viewer {{ goals {{ nodes {{ id title owner {{ id handle }} }} }} }}" for n in range(15)
    )
    + "}",
    "repeated fields": "{ users { nodes { " + "id handle displayName " * 300 + "} } }",
    "fragments": "{ users { nodes { " + "...{ id ...{ handle } } " * 60 + "} } }",
    "literals": '{ nodes(ids: ["'
    + '","'.join(f"user_{n}" for n in range(90))
    + '"]) { id ... on User { handle } } }',
    "a long literal": '{ user(by: {handle: "' + "x" * 20_000 + '"}) { id } }',
    "a union": 'mutation { submitQuizAttempt(input: {attemptId: "a", idempotencyKey: "k"}) { attempt { id } userErrors { __typename } } }',
}


class Document:
    """Something to keep."""

    def __init__(self, key: str | None, weight: int = KILOBYTE) -> None:
        self.key = None if key is None else (key, None)
        self.weight = weight

    def weigh(self) -> int:
        return self.weight


def kept(most: int = 10) -> KeptDocuments[Document]:
    return KeptDocuments(most * KILOBYTE)


def use_twice(documents: KeptDocuments[Document], *keys: str) -> None:
    for key in keys:
        documents.use(Document(key))
        documents.use(Document(key))


def test_a_document_is_kept_at_its_second_use() -> None:
    documents = kept()
    first, second = Document("a"), Document("a")

    documents.use(first)
    assert documents.find(("a", None)) is None
    documents.use(second)

    assert documents.find(("a", None)) is second
    assert (len(documents), documents.bytes) == (1, KILOBYTE)


def test_the_least_recently_used_document_is_let_go_first() -> None:
    documents = kept()
    use_twice(documents, *"abcdefghij")
    documents.find(("a", None))

    use_twice(documents, "k")

    assert documents.find(("b", None)) is None
    assert documents.find(("a", None)) is not None
    assert documents.bytes == 10 * KILOBYTE


def test_documents_that_are_used_once_push_nothing_out() -> None:
    documents = kept()
    use_twice(documents, *"abcdefghij")

    for number in range(3 * _MOST_SEEN):
        documents.use(Document(f"once {number}"))

    assert [key for key, _ in documents._known] == list("abcdefghij")
    assert len(documents._seen._new) + len(documents._seen._old) <= _MOST_SEEN


def test_a_document_that_has_grown_is_weighed_anew() -> None:
    documents = kept(most=100)
    use_twice(documents, "a")
    grown = documents.find(("a", None))
    assert grown is not None

    grown.weight = 3 * KILOBYTE
    documents.use(grown)
    assert documents.bytes == 3 * KILOBYTE
    grown.weight = 13 * KILOBYTE
    documents.use(grown)

    assert (len(documents), documents.bytes) == (0, 0)


def test_a_document_without_a_key_is_kept_elsewhere() -> None:
    documents = kept()

    documents.use(Document(None))
    documents.use(Document(None))

    assert len(documents) == 0


async def run(runner: Executor, text: str = TEXT, sent: dict[str, Any] = SENT, viewer: Any = LEARNER) -> Any:
    return await runner.run(runner.documents.prepare(text, None), sent, context(viewer))


@pytest.mark.parametrize("engine", list(Engine))
async def test_an_operation_that_runs_counts_as_a_use(engine: Engine) -> None:
    runner = executor(engine)

    for _ in range(2):
        assert len(runner.documents.kept) == 0
        await run(runner)

    assert len(runner.documents.kept) == 1
    found = runner.documents.prepare(TEXT, None)
    assert found is runner.documents.prepare(TEXT, None)


@pytest.mark.parametrize("engine", list(Engine))
async def test_a_subscription_that_starts_counts_as_a_use(engine: Engine) -> None:
    runner = executor(engine)
    text = "subscription { created(times: 1) { id } }"

    for _ in range(2):
        started: Any = await subscribe(runner, runner.documents.prepare(text, None), {}, context(None))
        await started.aclose()

    assert len(runner.documents.kept) == 1


async def test_a_refused_operation_is_no_use() -> None:
    runner = executor()
    create = 'mutation { create(input: {label: "a"}) { team { id } } }'

    for _ in range(3):
        runner.documents.prepare(TEXT, None).measure(SENT)
        assert "data" not in await run(runner, sent={"deep": "not a boolean"})
        assert "data" not in await run(runner, create, {}, viewer=None)

    assert len(runner.documents.kept) == 0
    assert not runner.documents.kept._seen._new


async def test_a_document_that_is_let_go_is_freed_without_the_collector() -> None:
    runner = executor()
    await run(runner)
    await run(runner)
    prepared = weakref.ref(runner.documents.prepare(TEXT, None))
    assert prepared() is not None

    gc.disable()
    runner.documents.kept._drop((TEXT, None))

    freed = prepared() is None
    gc.enable()
    assert freed


async def test_the_syntax_tree_is_dropped_once_a_plan_stands_and_parsed_anew_where_it_is_needed() -> None:
    runner = executor()
    text = "query ($n: Int, $deep: Boolean!) { teams(count: $n) { id ...F @include(if: $deep) } } fragment F on Team { label }"
    prepared = runner.documents.prepare_uncached(text, None)
    tree = prepared.document
    assert prepared._syntax.is_held

    whole = await runner.run(prepared, {"n": 1, "deep": True}, context())
    assert not prepared._syntax.is_held

    part = await runner.run(prepared, {"n": 1, "deep": False}, context())
    assert whole["data"]["teams"][0].keys() - part["data"]["teams"][0].keys() == {"label"}
    assert prepared.document == tree
    assert prepared.document is prepared.document


def test_the_cost_of_other_lengths_is_measured_without_the_held_syntax_tree() -> None:
    documents = DocumentCache(executable(), limits=Limits(), hide_suggestions=True)
    text = "query ($n: Int) { users(first: $n) { nodes { id } } }"
    prepared, held = documents.prepare_uncached(text, None), documents.prepare_uncached(text, None)
    values = prepared.values({"n": 1})
    assert not isinstance(values, list)

    assert prepared.variants.plan(values, {}) is not None

    assert not prepared._syntax.is_held
    costs = [prepared.measure({"n": n}) for n in (1, 7, 30)]
    assert costs == [held.measure({"n": n}) for n in (1, 7, 30)] == sorted(set(costs))


async def test_errors_keep_their_places_without_the_syntax_tree() -> None:
    runner, reference = executor(), executor(Engine.REFERENCE)
    text = "{\n  teams {\n    id\n    projects { title secret }\n  }\n}"
    await run(runner, text, {})

    shown = await run(runner, text, {})

    assert shown == await run(reference, text, {})
    assert shown["errors"][0]["locations"] == [{"line": 4, "column": 22}]


async def test_a_document_without_a_plan_keeps_its_syntax_tree() -> None:
    runner = executor()
    prepared = runner.documents.prepare_uncached("{ __schema { types { name } } }", None)

    await runner.run(prepared, {}, context())

    assert prepared._syntax.is_held


@pytest.mark.slow
@pytest.mark.parametrize("name", WEIGHED)
def test_the_weight_of_a_document_is_the_memory_that_it_takes(name: str) -> None:
    count = 60
    documents = DocumentCache(executable(), limits=Limits(cost=10**6), hide_suggestions=True)
    for number in range(3):
        whole(documents, f"{WEIGHED[name]} #{number}")
    gc.collect()
    tracemalloc.start()

    before = len(gc.get_objects())
    held = [whole(documents, f"{WEIGHED[name]} # {number}") for number in range(count)]

    gc.collect()
    objects = (len(gc.get_objects()) - before) / count
    weight = held[0].weigh()
    taken = tracemalloc.get_traced_memory()[0] / count
    tracemalloc.stop()
    assert 0.6 < taken / weight < 1.6
    assert objects / weight * CACHE_BYTES < MOST_TRACKED


def whole(documents: DocumentCache, text: str) -> PreparedOperation:
    """Prepare a document with all that can be made for it."""
    prepared = documents.prepare_uncached(text, None)
    prepared.key = (text, None)
    names = [definition.variable.name.value for definition in prepared.definitions]
    values = prepared.values({name: {"id": "user_1"} for name in names})
    assert not isinstance(values, list)
    plan = prepared.variants.plan(values, {})
    assert plan is not None
    generate(plan)
    return prepared


def generate(plan: Plan) -> None:
    waiting: list[SelectionSetPlan] = [plan.root]
    while waiting:
        selection = waiting.pop()
        builder_of(selection)
        for field in fields_of(selection):
            if field.has_column:
                column_of(field)
            waiting += selections_of(field.shape)


def test_the_refusals_of_an_operation_are_bounded() -> None:
    documents = DocumentCache(CORE, limits=Limits(), hide_suggestions=False)
    prepared = documents.prepare_uncached("{ teams { projects { secret } } }", None)

    for number in range(50):
        viewer: Any = type("Viewer", (), {"roles": frozenset({number}), "scopes": None})()
        prepared.refusals({}, viewer)

    assert len(prepared._refusals) == 16
