"""Asking the schema in tests: documents in, responses out, on real Postgres and without HTTP."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from domain.ids import SessionId, UserId
from domain.users import Role, User, Viewer
from graph.documents import Documents, RefusedDocumentError
from graph.execution import Engine, Executor
from graph.limits import Limits
from graph.masking import refused
from graph.schema import executable
from persistence.engine import Database
from persistence.signals import LocalSignals
from persistence.work import Postgres
from resolvers.context import Context, Ports
from resolvers.door import Door
from tests.builders import a_user, mint
from tests.fakes import FakePasswords, FakeTokens

ENGINE = Engine(os.environ.get("QUESTPATH_ENGINE", "compiled"))
"""What runs the documents of all tests."""
needs_plans = pytest.mark.skipif(
    ENGINE is Engine.REFERENCE, reason="only compiled plans are counted, traced, shared and foreseen"
)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning: what the clock of a test shows first."""


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    moment: datetime = START

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class Asker:
    """Runs documents as a viewer; `defects` holds the causes of masked errors, which most tests want empty.

    `door` is the one that every operation comes through.
    """

    postgres: Postgres
    executor: Executor
    ports: Ports
    clock: Clock
    defects: list[BaseException] = field(default_factory=list)
    statements: int = 0
    door: Door = field(default_factory=Door)

    async def __call__(self, text: str, viewer: Viewer | None = None, /, **variables: Any) -> dict[str, Any]:
        """Run the one operation of `text` and return the whole response."""
        context = Context(self.ports, viewer, "request-of-a-test", find_door=lambda: self.door)
        try:
            prepared = self.executor.documents.prepare(text, None)
        except RefusedDocumentError as refusal:
            return refused(refusal.errors, context, lambda cause, _: self.defects.append(cause))
        response = await self.executor.run(prepared, variables, context)
        self.statements = context.meter.statements
        read: dict[str, Any] = orjson.loads(orjson.dumps(response))
        return read

    async def data(self, text: str, viewer: Viewer | None = None, /, **variables: Any) -> dict[str, Any]:
        """Run the operation and return its data; fail on any error."""
        response = await self(text, viewer, **variables)
        assert "errors" not in response, (response["errors"], self.defects)
        data: dict[str, Any] = response["data"]
        return data

    async def stream(self, text: str, viewer: Viewer | None = None, /, **variables: Any) -> Any:
        """Start the subscription of `text`; returns the iterator of responses, or the response that refuses it."""
        prepared = self.executor.documents.prepare(text, None)
        return await self.executor.stream(
            prepared, variables, Context(self.ports, viewer, "request-of-a-test")
        )

    async def learner(self, **values: Any) -> tuple[User, Viewer]:
        """Store a user (see `a_user`) and return it with its viewer."""
        new = a_user(**values)
        async with self.postgres.open_work(Context(self.ports, None, "").meter) as work:
            user = await work.users.add(new)
        return user, viewer_of(user.id, *new.roles)


@asynccontextmanager
async def asker_on(database: Database, *, limits: Limits | None = None) -> AsyncIterator[Asker]:
    defects: list[BaseException] = []
    clock = Clock()
    signals = LocalSignals()
    postgres = Postgres(database, signals)
    ports = Ports(
        open_reads=postgres.open_reads,
        open_step=postgres.open_step,
        open_work=postgres.open_work,
        signals=signals,
        passwords=FakePasswords(),
        tokens=FakeTokens(),
        refresh_secret=b"secret of a test",
        now=clock,
        mint=mint,
    )
    documents = Documents(executable(), limits=limits or Limits(), hide_suggestions=False)
    executor = Executor(documents, log_defect=lambda cause, _: defects.append(cause), engine=ENGINE)
    yield Asker(postgres, executor, ports, clock, defects)


def viewer_of(user_id: UserId, *roles: Role) -> Viewer:
    return Viewer(
        user_id=user_id, session_id=SessionId(mint("session")), roles=frozenset(roles or (Role.LEARNER,))
    )
