"""The product's schema under both engines, on a real Postgres: the same data, the same errors."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import ExecutionResult, get_named_type, is_leaf_type, parse
from hypothesis import HealthCheck, assume, given, settings

from domain.accounts.users import Viewer
from graph.documents.prepared import RefusedDocumentError
from graph.execution.executor import Engine
from graph.schema import executable
from persistence.database import connect
from resolvers.context import Context
from tests.graph.engine.comparison import run_both
from tests.graph.engine.documents import Case, operations
from tests.graph.world import World, world_of
from tests.support.list_fields import WIDE_LIMITS, ListPaths, cloned_database, everything_below, list_fields
from tests.support.schema_client import Asker, asker_on

SCHEMA = executable()
SIZE = 3
CHECKS = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
FAST = settings(max_examples=80, deadline=None, print_blob=True, suppress_health_check=CHECKS)
pytestmark = [
    # graphql-core leaves coroutines unawaited where a sibling fails at once.
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@dataclass
class SeededDatabase:
    """A database with a seeded world, and the event loop of its connections."""

    runner: asyncio.Runner
    ask: Asker
    world: World

    def compare(self, text: str, variables: dict[str, Any]) -> ExecutionResult:
        """Compare both engines for an anonymous caller and for the world's viewer; return the viewer's result."""
        self.runner.run(self._compared(text, variables, None))
        return self.runner.run(self._compared(text, variables, self.world.viewer))

    async def _compared(self, text: str, variables: dict[str, Any], viewer: Viewer | None) -> ExecutionResult:
        contexts = {engine: self._context(text, variables, viewer) for engine in Engine}
        candidates = self._context(text, variables, viewer)
        results = await run_both(SCHEMA, parse(text), variables, contexts, candidates)
        results.assert_same(nothing_awaited=False)
        return results.compiled

    def _context(self, text: str, variables: dict[str, Any], viewer: Viewer | None) -> Context:
        context = Context(self.ask.ports, viewer, "request-of-a-test")
        documents = self.ask.executor.documents
        prepared = documents.prepare(text, None)
        prepared.measure(variables)
        context.refused = documents.authorize(prepared, viewer)
        return context


@pytest.fixture(scope="module")
def seeded(server_url: str, template: str) -> Iterator[SeededDatabase]:
    async def made() -> tuple[Asker, World]:
        url = await stack.enter_async_context(cloned_database(server_url, template))
        database = await stack.enter_async_context(connect(url))
        ask = await stack.enter_async_context(asker_on(database, limits=WIDE_LIMITS))
        return ask, await world_of(ask, SIZE)

    stack = AsyncExitStack()
    with asyncio.Runner() as runner:
        yield SeededDatabase(runner, *runner.run(made()))
        runner.run(stack.aclose())


@pytest.mark.slow
def test_every_list_field_is_answered_alike(seeded: SeededDatabase) -> None:
    paths = ListPaths(seeded.world.arguments)
    for coordinate in list_fields():
        type_name, name = coordinate.split(".")
        named = get_named_type(SCHEMA.type_map[type_name].fields[name].type)  # type: ignore[attr-defined]
        selection = "" if is_leaf_type(named) else everything_below(named, paths)
        text = paths.document(type_name, name, selection)
        assert text is not None

        result = seeded.compare(text, {})

        assert result.data, text
        assert not result.errors, (text, result.errors)


COORDINATES = (
    "Query.roadmap",
    "Query.quiz",
    "Query.attempt",
    "Query.goal",
    "Query.user",
    "Query.node",
    "Query.nodes",
    "Streak.calendar",
    "Leaderboard.around",
)
PLACEHOLDERS = {coordinate: [f'(id: "<{coordinate}>")'] for coordinate in COORDINATES}
"""Arguments that stand for those of the world, whose ids are not known before it is seeded."""
DOCUMENTS = operations(SCHEMA, given=PLACEHOLDERS, depth=6)


@pytest.mark.slow
@FAST
@given(case=DOCUMENTS)
def test_any_document_is_answered_alike(seeded: SeededDatabase, case: Case) -> None:
    text = case.text
    for coordinate in COORDINATES:
        text = text.replace(PLACEHOLDERS[coordinate][0], seeded.world.arguments[coordinate])
    try:
        seeded.ask.executor.documents.prepare(text, None)
        seeded.compare(text, case.variables)
    except RefusedDocumentError:
        assume(False)
