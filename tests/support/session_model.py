"""State machine that signs users in and out at random, and the model that it compares with the sessions.

The model states the rules in a few lines. After each step the machine compares it with the open sessions, with the
access tokens that a process with all signals refuses, and with those that a process without signals refuses.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.accounts import access_revocation
from domain.accounts.suspensions import AccountSuspendedError, Suspension
from domain.accounts.users import NewUser, Viewer
from domain.acts import Act
from domain.authentication import sign_in, sign_out, token_refresh
from domain.authentication.sessions import SessionLifetime, SignedIn
from domain.ids import SessionId
from domain.signals import Signal
from domain.work import Work
from gateway.authentication.revocations import Revocations
from tests.builders import a_user
from tests.builders.acts import an_act
from tests.builders.sessions import NOON
from tests.fakes.ports import FakeClient, FakePorts

T = TypeVar("T")
MOST_SESSIONS = 3
"""Instead of the real 50, so that the machine reaches the limit."""
LATEST = st.integers(0, 9)
"""The index of a session, counted from the latest."""
LIFETIME = SessionLifetime(absolute=timedelta(days=40))
"""A shorter absolute end than the real one, so that the machine reaches it."""
SHORT = [timedelta(seconds=0), timedelta(seconds=11)]
PAUSES = [*SHORT * 3, timedelta(days=1), timedelta(days=15), LIFETIME.idle]
PORTS = FakePorts(session_lifetime=LIFETIME)


class Accounts(Protocol):
    """The stores of accounts; `signals` are those of committed transactions."""

    signals: list[Signal]

    def open(self) -> AbstractAsyncContextManager[Work]:
        """Open one transaction."""

    async def register(self, new: NewUser) -> None:
        """Store a user who may sign in."""

    async def suspend(self, work: Work, new: NewUser, suspension: Suspension | None) -> None:
        """Suspend a user, or lift the suspension."""


@dataclass
class Person:
    """A user in the model."""

    new: NewUser
    version: int = 0
    suspended: bool = False


@dataclass
class ModelSession:
    """A session in the model: its tokens in order, each with when it was spent."""

    id: SessionId
    person: Person
    created_at: datetime
    used_at: datetime
    tokens: list[str]
    spent: list[datetime | None] = field(default_factory=lambda: [None])
    ended: bool = False

    def is_open(self, now: datetime) -> bool:
        return not self.ended and now < self.expires_at

    @property
    def expires_at(self) -> datetime:
        return min(self.used_at + LIFETIME.idle, self.created_at + LIFETIME.absolute)


class SessionMachine(RuleBasedStateMachine):
    """Every rule is one act; `run` runs a coroutine to its end."""

    def __init__(self, accounts: Accounts, run: Callable[[Coroutine[Any, Any, T]], T]) -> None:
        super().__init__()
        self.accounts = accounts
        self.run: Callable[[Coroutine[Any, Any, Any]], Any] = run
        self.now = NOON
        self.people: list[Person] = []
        self.sessions: list[ModelSession] = []
        self.issued: list[tuple[Viewer, ModelSession]] = []
        self.signalled, self.polling = Revocations(), Revocations()
        self.mark = 0

    @initialize()
    def two_people(self) -> None:
        self.register()
        self.register()

    @precondition(lambda self: len(self.people) < 4)
    @rule()
    def register(self) -> None:
        person = Person(a_user())
        self.run(self.accounts.register(person.new))
        self.people.append(person)

    @rule(who=st.integers(0, 3))
    def login(self, who: int) -> None:
        person = self.people[who % len(self.people)]
        try:
            signed_in: SignedIn = self.run(self._sign_in(person))
        except AccountSuspendedError:
            assert person.suspended
            return
        assert not person.suspended
        for session in self._open_sessions(person)[MOST_SESSIONS - 1 :]:
            session.ended = True
        opened = signed_in.session
        session = ModelSession(opened.id, person, opened.created_at, self.now, [signed_in.refresh_token])
        self.sessions.append(session)
        self._issued(signed_in, session)

    @precondition(lambda self: self.sessions)
    @rule(which=LATEST, token=st.integers(-3, -1), times=st.sampled_from([1, 1, 1, 6]))
    def refresh(self, which: int, token: int, times: int) -> None:
        """Present the newest token or an older one, once or many times at once."""
        session = self.sessions[-1 - which % len(self.sessions)]
        self._present(session, max(len(session.tokens) + token, 0), times)

    @precondition(lambda self: self.sessions)
    @rule(which=LATEST, uses=st.integers(1, 2), after=st.sampled_from(SHORT))
    def replay(self, which: int, uses: int, after: timedelta) -> None:
        """Refresh once or twice, wait, and present the first of the tokens again."""
        session = self.sessions[-1 - which % len(self.sessions)]
        first = len(session.tokens) - 1
        for _ in range(uses):
            self._present(session, len(session.tokens) - 1, 1)
        self.now += after
        self._present(session, first, 1)

    @precondition(lambda self: self.sessions)
    @rule(which=LATEST)
    def revoke(self, which: int) -> None:
        session = self.sessions[-1 - which % len(self.sessions)]
        ended = self.run(self._end(session.person, [session.id]))
        assert bool(ended) == session.is_open(self.now)
        session.ended = session.ended or bool(ended)

    @precondition(lambda self: self.sessions)
    @rule(which=LATEST, keeps=st.booleans())
    def revoke_all(self, which: int, keeps: bool) -> None:
        """End all sessions or all others, as a change of the password does."""
        session = self.sessions[-1 - which % len(self.sessions)]
        self.run(self._end_all(session.person, session.id if keeps else None))
        for other in self._open_sessions(session.person):
            other.ended = other.ended or other is not session or not keeps

    @rule(who=st.integers(0, 3), suspended=st.booleans())
    def suspend_or_restore(self, who: int, suspended: bool) -> None:
        person = self.people[who % len(self.people)]
        self.run(self._suspend(person, suspended))
        person.suspended = suspended
        person.version += 1

    @rule(by=st.sampled_from(PAUSES))
    def wait(self, by: timedelta) -> None:
        self.now += by

    @invariant()
    def the_open_sessions_are_those_of_the_model(self) -> None:
        for person in self.people:
            expected = [session.id for session in self._open_sessions(person)]
            assert self.run(self._listed(person)) == expected

    @invariant()
    def access_tokens_are_void_as_the_model_says_with_signals_and_without(self) -> None:
        for signal in (s for s in self.accounts.signals if s.topic == access_revocation.TOPIC):
            change = access_revocation.change_in(signal)
            assert change is not None
            self.signalled.apply(change)
        self.accounts.signals.clear()
        self.run(self._read())
        for viewer, session in self.issued:
            void = session.ended or viewer.version < session.person.version
            assert self.signalled.voids(viewer) == void
            assert self.polling.voids(viewer) == void

    def _present(self, session: ModelSession, place: int, times: int) -> None:
        outcomes = self.run(self._refresh(session.tokens[place], times))
        if self._is_barred(session, place):
            assert all(isinstance(outcome, AccountSuspendedError) for outcome in outcomes)
            return
        if not self._may_refresh(session, place):
            assert outcomes == [None] * times
            session.ended = session.ended or session.is_open(self.now)
            return
        (successor,) = {outcome.refresh_token for outcome in outcomes}
        if session.spent[place] is None:
            session.spent[place] = self.now
            session.tokens.append(successor)
            session.spent.append(None)
        assert successor == session.tokens[place + 1]
        session.used_at = self.now
        for outcome in outcomes:
            assert outcome.session.expires_at == session.expires_at
            self._issued(outcome, session)

    def _issued(self, signed_in: SignedIn, session: ModelSession) -> None:
        """Note a new access token, which must work as soon as it is there."""
        assert signed_in.viewer.version == session.person.version
        self.issued.append((signed_in.viewer, session))

    def _open_sessions(self, person: Person) -> list[ModelSession]:
        found = [s for s in self.sessions if s.person is person and s.is_open(self.now)]
        return sorted(found, key=lambda session: (session.used_at, session.id), reverse=True)

    def _may_refresh(self, session: ModelSession, place: int) -> bool:
        spent_at = session.spent[place]
        if not session.is_open(self.now):
            return False
        return spent_at is None or session.spent[place + 1] is None

    def _is_barred(self, session: ModelSession, place: int) -> bool:
        return session.person.suspended and self._may_refresh(session, place)

    def _act(self) -> Act:
        return an_act(now=self.now)

    async def _sign_in(self, person: Person) -> SignedIn:
        async with self.accounts.open() as work:
            return await sign_in.open_session(work, self._act(), FakeClient(), PORTS, user_id=person.new.id)

    async def _refresh(self, token: str, times: int) -> list[Any]:
        async def once() -> SignedIn | None:
            async with self.accounts.open() as work:
                return await token_refresh.refresh(
                    work,
                    self._act(),
                    refresh_token=token,
                    secrets=[PORTS.refresh_secret],
                    lifetime=LIFETIME,
                )

        return await asyncio.gather(*(once() for _ in range(times)), return_exceptions=True)

    async def _end(self, person: Person, ids: list[SessionId]) -> list[Any]:
        async with self.accounts.open() as work:
            return list(await sign_out.end(work, self._act(), ids, user_id=person.new.id))

    async def _end_all(self, person: Person, keep: SessionId | None) -> None:
        async with self.accounts.open() as work:
            await sign_out.end_all(work, self._act(), user_id=person.new.id, keep=keep)

    async def _suspend(self, person: Person, suspended: bool) -> None:
        suspension = Suspension(since=self.now, until=None, reason="Cheating.") if suspended else None
        async with self.accounts.open() as work:
            await self.accounts.suspend(work, person.new, suspension)
            await access_revocation.revoke(work.access, self._act(), user_id=person.new.id, emit=work.emit)

    async def _listed(self, person: Person) -> list[SessionId]:
        async with self.accounts.open() as work:
            (found,) = await work.sessions.open_by_users(
                [person.new.id], viewer_id=person.new.id, now=self.now
            )
        return [session.id for session in found]

    async def _read(self) -> None:
        async with self.accounts.open() as work:
            found = await work.access.since(self.mark, earliest=NOON)
        self.mark = found.mark
        for change in found.changes:
            self.polling.apply(change)
