"""Our own schema under both engines, over a world in a real Postgres: the same bytes, the same errors."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import ExecutionResult, get_named_type, is_leaf_type, parse
from hypothesis import HealthCheck, assume, given, settings

from domain.users import Viewer
from graph.documents import RefusedDocumentError
from graph.execution import Engine
from graph.schema import executable
from persistence.engine import connect
from resolvers.context import Context
from tests.asking import Asker, asker_on
from tests.graph.engine.comparing import both
from tests.graph.engine.documents import Case, operations
from tests.graph.test_statements import ROOMY, ListPaths, _database, everything_below, list_fields
from tests.graph.world import World, world_of

SCHEMA = executable()
SIZE = 3
CHECKS = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
FAST = settings(max_examples=80, deadline=None, print_blob=True, suppress_health_check=CHECKS)
pytestmark = [
    # graphql-core leaves coroutines behind where a sibling fails at once.
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@dataclass
class Place:
    """A seeded world and the loop that its connections belong to."""

    runner: asyncio.Runner
    ask: Asker
    world: World

    def compare(self, text: str, variables: dict[str, Any]) -> ExecutionResult:
        """Compare both engines for the viewer of the world and for nobody; return what the viewer is answered."""
        self.runner.run(self._compared(text, variables, None))
        return self.runner.run(self._compared(text, variables, self.world.viewer))

    async def _compared(self, text: str, variables: dict[str, Any], viewer: Viewer | None) -> ExecutionResult:
        contexts = {engine: self._context(text, variables, viewer) for engine in Engine}
        loose = self._context(text, variables, viewer)
        results = await both(SCHEMA, parse(text), variables, contexts, loose)
        results.assert_same(nothing_waited=False)
        return results.compiled

    def _context(self, text: str, variables: dict[str, Any], viewer: Viewer | None) -> Context:
        context = Context(self.ask.ports, viewer, "request-of-a-test")
        documents = self.ask.executor.documents
        context.refused = documents.judge(documents.prepare(text, None), variables, viewer)
        return context


@pytest.fixture(scope="module")
def place(server_url: str, template: str) -> Iterator[Place]:
    async def made() -> tuple[Asker, World]:
        url = await stack.enter_async_context(_database(server_url, template))
        database = await stack.enter_async_context(connect(url))
        ask = await stack.enter_async_context(asker_on(database, limits=ROOMY))
        return ask, await world_of(ask, SIZE)

    stack = AsyncExitStack()
    with asyncio.Runner() as runner:
        yield Place(runner, *runner.run(made()))
        runner.run(stack.aclose())


@pytest.mark.slow
def test_every_list_field_is_answered_alike(place: Place) -> None:
    paths = ListPaths(place.world.arguments)
    for coordinate in list_fields():
        type_name, name = coordinate.split(".")
        named = get_named_type(SCHEMA.type_map[type_name].fields[name].type)  # type: ignore[attr-defined]
        selection = "" if is_leaf_type(named) else everything_below(named, paths)
        text = paths.document(type_name, name, selection)
        assert text is not None

        answered = place.compare(text, {})

        assert answered.data, text
        assert not answered.errors, (text, answered.errors)


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
MARKED = {coordinate: [f'(id: "<{coordinate}>")'] for coordinate in COORDINATES}
"""Arguments that stand for the world's own, whose ids are not known before it is made."""
DOCUMENTS = operations(SCHEMA, given=MARKED, depth=6)


@pytest.mark.slow
@FAST
@given(case=DOCUMENTS)
def test_any_document_is_answered_alike(place: Place, case: Case) -> None:
    text = case.text
    for coordinate in COORDINATES:
        text = text.replace(MARKED[coordinate][0], place.world.arguments[coordinate])
    try:
        place.ask.executor.documents.prepare(text, None)
        place.compare(text, case.variables)
    except RefusedDocumentError:
        assume(False)
