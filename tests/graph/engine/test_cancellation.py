"""Cancellation and deadlines: every pending resolver is cancelled, and returns what it borrowed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema

from graph.documents.limits import Limits
from graph.documents.prepared import DocumentCache
from graph.execution.executor import Engine, Executor
from persistence.database import Database
from resolvers.context import Context
from tests.graph.engine.team_schema import context
from tests.support.schema_client import Asker


class BlockingResolvers:
    """Resolvers that borrow something and never return."""

    def __init__(self) -> None:
        self.borrowed = 0
        self.most = 0

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[None]:
        self.borrowed += 1
        self.most = max(self.most, self.borrowed)
        try:
            yield
        finally:
            self.borrowed -= 1

    async def forever(self, *_: Any) -> None:
        async with self.borrow():
            await asyncio.sleep(60)

    def schema(self) -> GraphQLSchema:
        schema = build_schema("type Query { a: Int b: Int many: [Query!]  soon: Int end: Int }")
        fields = schema.query_type.fields  # type: ignore[union-attr]
        fields["a"].resolve = fields["b"].resolve = self.forever
        fields["many"].resolve = lambda *_: [1, 2, 3]
        fields["end"].resolve = self.end
        return schema

    async def end(self, *_: Any) -> None:
        await asyncio.sleep(0)
        raise asyncio.CancelledError


def executor(schema: GraphQLSchema, deadline_s: float, engine: Engine = Engine.COMPILED) -> Executor:
    documents = DocumentCache(schema, limits=Limits(), hide_suggestions=False)
    return Executor(documents, log_defect=lambda *_: None, deadline_s=deadline_s, engine=engine)


@pytest.fixture(autouse=True)
def no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.documents.prepared.rules_of", lambda _schema: {})


@pytest.mark.parametrize("text", ["{ a }", "{ a b }", "{ many { a many { a b } } }"])
async def test_the_deadline_cancels_every_pending_resolver(text: str) -> None:
    resolvers = BlockingResolvers()
    runner = executor(resolvers.schema(), deadline_s=0.05)

    response = await runner.run(runner.documents.prepare(text, None), {}, context())

    assert response["data"] is None
    assert response["errors"][0]["extensions"]["code"] == "TIMEOUT"
    assert resolvers.most >= 1
    assert resolvers.borrowed == 0


async def test_graphql_core_has_the_same_deadline() -> None:
    resolvers = BlockingResolvers()
    runner = executor(resolvers.schema(), deadline_s=0.05, engine=Engine.REFERENCE)

    response = await runner.run(runner.documents.prepare("{ a }", None), {}, context())

    assert response["data"] is None
    assert response["errors"][0]["extensions"]["code"] == "TIMEOUT"
    assert resolvers.most == 1
    assert resolvers.borrowed == 0


@pytest.mark.parametrize("text", ["{ a b }", "{ many { a b } }"])
async def test_a_disconnect_cancels_every_pending_resolver(text: str) -> None:
    resolvers = BlockingResolvers()
    runner = executor(resolvers.schema(), deadline_s=60)
    running = asyncio.create_task(runner.run(runner.documents.prepare(text, None), {}, context()))
    await asyncio.sleep(0.01)

    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    assert resolvers.most >= 2
    assert resolvers.borrowed == 0


async def test_a_resolver_that_cancels_itself_leaves_no_sibling_behind() -> None:
    resolvers = BlockingResolvers()
    runner = executor(resolvers.schema(), deadline_s=60)

    with pytest.raises(asyncio.CancelledError):
        await runner.run(runner.documents.prepare("{ a b end }", None), {}, context())

    assert resolvers.borrowed == 0


async def test_connections_are_back_in_the_pool_after_a_deadline(ask: Asker, database: Database) -> None:
    _, viewer = await ask.learner()
    late = Executor(
        ask.executor.documents, log_defect=lambda *_: None, deadline_s=0.0005, engine=Engine.COMPILED
    )
    prepared = late.documents.prepare(
        "{ users { nodes { handle } } leaderboard { total } viewer { __typename } }", None
    )

    for _ in range(30):
        await late.run(prepared, {}, Context(ask.ports, viewer, "request-of-a-test"))

    assert (await ask("{ users { nodes { handle } } }", viewer))["data"]["users"]["nodes"]
    assert await ask.data("{ users { nodes { id } } leaderboard { total } }", viewer)
