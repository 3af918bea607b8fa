"""Sessions compared with a model: many runs over fakes, a few over Postgres."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from domain.accounts.suspensions import Suspension
from domain.accounts.users import NewUser
from domain.authentication import sign_in
from domain.signals import Signal
from domain.unit_of_work import Meter
from domain.work import Work
from persistence.database import connect
from persistence.work import Postgres
from tests.fakes.accounts import FakeAccounts
from tests.support import session_model
from tests.support.session_model import SessionMachine


class InMemory(FakeAccounts):
    """Accounts in memory."""

    async def suspend(self, _work: Work, new: NewUser, suspension: Suspension | None) -> None:  # type: ignore[override]
        super().suspend(new.id, suspension)


class InPostgres:
    """Accounts in Postgres, with signals that are kept instead of sent."""

    def __init__(self, database: Any) -> None:
        self.signals: list[Signal] = []
        self._postgres = Postgres(database, self)

    def open(self) -> AbstractAsyncContextManager[Work]:
        return self._postgres.open_work(Meter())

    async def register(self, new: NewUser) -> None:
        async with self.open() as work:
            await work.users.add(new)

    async def suspend(self, work: Work, new: NewUser, suspension: Suspension | None) -> None:
        await work.roles.suspend(new.id, suspension)

    async def publish(self, signals: list[Signal]) -> None:
        self.signals += signals

    @asynccontextmanager
    async def listen(self, _topic: str) -> AsyncIterator[AsyncIterator[Signal]]:
        raise NotImplementedError
        yield


@pytest.fixture(autouse=True)
def few_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "MOST_SESSIONS", session_model.MOST_SESSIONS)


@pytest.mark.slow
def test_sessions_follow_the_model() -> None:
    with asyncio.Runner() as runner:
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            lambda: SessionMachine(InMemory(), runner.run),
            settings=settings(max_examples=200, stateful_step_count=30, deadline=None),
        )


@pytest.mark.slow
def test_sessions_in_postgres_follow_the_model(database_url: str) -> None:
    with asyncio.Runner() as runner:
        pool = connect(database_url)
        database = runner.run(pool.__aenter__())
        try:
            run_state_machine_as_test(  # type: ignore[no-untyped-call]
                lambda: SessionMachine(InPostgres(database), runner.run),
                settings=settings(
                    max_examples=15,
                    stateful_step_count=25,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(pool.__aexit__(None, None, None))
