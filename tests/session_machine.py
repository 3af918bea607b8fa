"""A machine that signs people in and out at random, and a model of what must come of it.

The model is the rules in a few lines; the machine compares it, after each step, with the sessions that are open, with
the access tokens that a process refuses which hears every signal, and with those of one that hears none.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain import access, entering, leaving, refreshing
from domain.audit import NOWHERE
from domain.ids import SessionId
from domain.sessions import GRACE, REFRESH_LIFETIME, SignedIn
from domain.signals import Signal
from domain.suspensions import AccountSuspendedError, Suspension
from domain.users import NewUser, Viewer
from domain.work import Work
from gateway.accounts.revocations import Revocations
from tests.builders import a_user, mint
from tests.builders.sessions import NOON

T = TypeVar("T")
MOST_SESSIONS = 3
"""Instead of the real 50, so that the machine gets there."""
LATEST = st.integers(0, 9)
"""Which session, counted from the latest."""
SECRET = b"the secret of a test"
SHORT = [timedelta(seconds=0), GRACE, GRACE + timedelta(seconds=1)]
PAUSES = [*SHORT * 3, timedelta(days=1), REFRESH_LIFETIME]


class World(Protocol):
    """Where accounts are kept; `signals` are those of what was committed."""

    signals: list[Signal]

    def open(self) -> AbstractAsyncContextManager[Work]:
        """Open one transaction."""

    async def register(self, new: NewUser) -> None:
        """Store a user who may sign in."""

    async def suspend(self, work: Work, new: NewUser, suspension: Suspension | None) -> None:
        """Keep a user out, or let them in again."""


@dataclass
class Person:
    """What the model knows of a user."""

    new: NewUser
    version: int = 0
    suspended: bool = False


@dataclass
class Line:
    """What the model knows of a session: its tokens in order, each with when it was spent."""

    id: SessionId
    person: Person
    expires_at: datetime
    used_at: datetime
    tokens: list[str]
    spent: list[datetime | None] = field(default_factory=lambda: [None])
    ended: bool = False

    def is_open(self, now: datetime) -> bool:
        return not self.ended and now < self.expires_at


class SessionMachine(RuleBasedStateMachine):
    """Every rule is one act; `run` brings coroutines to their end."""

    def __init__(self, world: World, run: Callable[[Coroutine[Any, Any, T]], T]) -> None:
        super().__init__()
        self.world = world
        self.run: Callable[[Coroutine[Any, Any, Any]], Any] = run
        self.now = NOON
        self.people: list[Person] = []
        self.lines: list[Line] = []
        self.issued: list[tuple[Viewer, Line]] = []
        self.told, self.reading = Revocations(), Revocations()
        self.mark = 0

    @initialize()
    def two_people(self) -> None:
        self.register()
        self.register()

    @precondition(lambda self: len(self.people) < 4)
    @rule()
    def register(self) -> None:
        person = Person(a_user())
        self.run(self.world.register(person.new))
        self.people.append(person)

    @rule(who=st.integers(0, 3))
    def login(self, who: int) -> None:
        person = self.people[who % len(self.people)]
        try:
            signed_in: SignedIn = self.run(self._enter(person))
        except AccountSuspendedError:
            assert person.suspended
            return
        assert not person.suspended
        for line in self._open_lines(person)[MOST_SESSIONS - 1 :]:
            line.ended = True
        session = signed_in.session
        line = Line(session.id, person, session.expires_at, self.now, [signed_in.refresh_token])
        self.lines.append(line)
        self._issued(signed_in, line)

    @precondition(lambda self: self.lines)
    @rule(which=LATEST, token=st.integers(-3, -1), times=st.sampled_from([1, 1, 1, 6]))
    def refresh(self, which: int, token: int, times: int) -> None:
        """Present the newest token or an older one, once or many times at once."""
        line = self.lines[-1 - which % len(self.lines)]
        self._present(line, max(len(line.tokens) + token, 0), times)

    @precondition(lambda self: self.lines)
    @rule(which=LATEST, uses=st.integers(1, 2), after=st.sampled_from(SHORT))
    def replay(self, which: int, uses: int, after: timedelta) -> None:
        """Refresh once or twice, wait, and present the first of the tokens again."""
        line = self.lines[-1 - which % len(self.lines)]
        first = len(line.tokens) - 1
        for _ in range(uses):
            self._present(line, len(line.tokens) - 1, 1)
        self.now += after
        self._present(line, first, 1)

    @precondition(lambda self: self.lines)
    @rule(which=LATEST)
    def revoke(self, which: int) -> None:
        line = self.lines[-1 - which % len(self.lines)]
        ended = self.run(self._end(line.person, [line.id]))
        assert bool(ended) == line.is_open(self.now)
        line.ended = line.ended or bool(ended)

    @precondition(lambda self: self.lines)
    @rule(which=LATEST, keeps=st.booleans())
    def revoke_all(self, which: int, keeps: bool) -> None:
        """End all sessions or all others, as a change of the password does."""
        line = self.lines[-1 - which % len(self.lines)]
        self.run(self._end_all(line.person, line.id if keeps else None))
        for other in self._open_lines(line.person):
            other.ended = other.ended or other is not line or not keeps

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
            expected = [line.id for line in self._open_lines(person)]
            assert self.run(self._listed(person)) == expected

    @invariant()
    def access_tokens_are_void_as_the_model_says_with_signals_and_without(self) -> None:
        for signal in (one for one in self.world.signals if one.topic == access.TOPIC):
            change = access.heard(signal)
            assert change is not None
            self.told.apply(change)
        self.world.signals.clear()
        self.run(self._read())
        for viewer, line in self.issued:
            void = line.ended or viewer.version < line.person.version
            assert self.told.voids(viewer) == void
            assert self.reading.voids(viewer) == void

    def _present(self, line: Line, place: int, times: int) -> None:
        outcomes = self.run(self._refresh(line.tokens[place], times))
        if self._is_barred(line, place):
            assert all(isinstance(outcome, AccountSuspendedError) for outcome in outcomes)
            return
        if not self._may_refresh(line, place):
            assert outcomes == [None] * times
            line.ended = line.ended or line.is_open(self.now)
            return
        (successor,) = {outcome.refresh_token for outcome in outcomes}
        if line.spent[place] is None:
            line.spent[place] = self.now
            line.tokens.append(successor)
            line.spent.append(None)
        assert successor == line.tokens[place + 1]
        line.used_at = self.now
        for outcome in outcomes:
            assert outcome.session.expires_at == line.expires_at
            self._issued(outcome, line)

    def _issued(self, signed_in: SignedIn, line: Line) -> None:
        """Note a new access token, which must work as soon as it is there."""
        assert signed_in.viewer.version == line.person.version
        self.issued.append((signed_in.viewer, line))

    def _open_lines(self, person: Person) -> list[Line]:
        held = [line for line in self.lines if line.person is person and line.is_open(self.now)]
        return sorted(held, key=lambda line: (line.used_at, line.id), reverse=True)

    def _may_refresh(self, line: Line, place: int) -> bool:
        spent_at = line.spent[place]
        if not line.is_open(self.now):
            return False
        return spent_at is None or (self.now - spent_at <= GRACE and line.spent[place + 1] is None)

    def _is_barred(self, line: Line, place: int) -> bool:
        return line.person.suspended and self._may_refresh(line, place)

    async def _enter(self, person: Person) -> SignedIn:
        async with self.world.open() as work:
            return await entering.enter(
                work,
                user_id=person.new.id,
                device=None,
                origin=NOWHERE,
                mint=mint,
                now=self.now,
                secret=SECRET,
            )

    async def _refresh(self, token: str, times: int) -> list[Any]:
        async def once() -> SignedIn | None:
            async with self.world.open() as work:
                return await refreshing.refresh(
                    work, refresh_token=token, origin=NOWHERE, mint=mint, now=self.now, secrets=[SECRET]
                )

        return await asyncio.gather(*(once() for _ in range(times)), return_exceptions=True)

    async def _end(self, person: Person, ids: list[SessionId]) -> list[Any]:
        async with self.world.open() as work:
            return list(await leaving.end(work, ids, user_id=person.new.id, now=self.now))

    async def _end_all(self, person: Person, keep: SessionId | None) -> None:
        async with self.world.open() as work:
            await leaving.end_all(work, user_id=person.new.id, keep=keep, now=self.now)

    async def _suspend(self, person: Person, suspended: bool) -> None:
        why = Suspension(since=self.now, until=None, reason="Cheating.") if suspended else None
        async with self.world.open() as work:
            await self.world.suspend(work, person.new, why)
            await access.withdraw(work.access, user_id=person.new.id, now=self.now, emit=work.emit)

    async def _listed(self, person: Person) -> list[SessionId]:
        async with self.world.open() as work:
            (held,) = await work.sessions.open_by_users(
                [person.new.id], viewer_id=person.new.id, now=self.now
            )
        return [session.id for session in held]

    async def _read(self) -> None:
        async with self.world.open() as work:
            found = await work.access.since(self.mark, earliest=NOON)
        self.mark = found.mark
        for change in found.changes:
            self.reading.apply(change)
