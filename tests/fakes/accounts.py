"""A unit of work in memory with the stores that sessions need; an exception rolls it back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import replace
from typing import Any, cast

from domain.accounts.access_revocation import TokenClaims
from domain.accounts.suspensions import Suspension
from domain.accounts.users import Account, NewUser, User
from domain.ids import JobId, UserId
from domain.mail.mails import NewMail
from domain.signals import Signal
from domain.work import Work
from tests.fakes.audit import FakeAudit
from tests.fakes.mail import FakeJobs
from tests.fakes.sessions import FakeAccess, FakeSessions


class _Users:
    def __init__(self) -> None:
        self._users: dict[UserId, NewUser] = {}

    async def add(self, new: NewUser) -> User:
        self._users[new.id] = new
        return _shown(new)

    async def by_ids(self, ids: list[UserId], **_viewer: Any) -> list[User | None]:
        return [_shown(self._users[id_]) if id_ in self._users else None for id_ in ids]

    async def accounts_by_ids(self, ids: list[UserId], *, viewer_id: UserId) -> list[Account | None]:
        return [_account(self._users[id_]) if id_ == viewer_id else None for id_ in ids]


class _Mails:
    def __init__(self) -> None:
        self.posted: list[NewMail] = []

    async def add(self, mail: NewMail, *, job_id: JobId) -> int:
        self.posted.append(mail)
        return len(self.posted)


class FakeAccounts:
    """The stores behind sign-in; `signals` are those of committed transactions."""

    def __init__(self) -> None:
        self.users = _Users()
        self.sessions = FakeSessions()
        self.access = FakeAccess({})
        self.audit = FakeAudit()
        self.mails = _Mails()
        self.jobs = FakeJobs()
        self.signals: list[Signal] = []

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Work]:
        """Open the stores as one transaction."""
        stores: list[object] = [
            self.users,
            self.sessions,
            self.access,
            self.audit,
            self.mails,
            self.jobs,
        ]
        before = [{name: copy(value) for name, value in vars(store).items()} for store in stores]
        sent = len(self.signals)
        try:
            yield cast(Work, self)
        except BaseException:
            for store, values in zip(stores, before, strict=True):
                vars(store).update(values)
            del self.signals[sent:]
            raise

    def emit(self, signal: Signal) -> None:
        self.signals.append(signal)

    async def register(self, new: NewUser) -> None:
        """Store a user who may sign in."""
        await self.users.add(new)
        self.access.claims_of[new.id] = TokenClaims(roles=new.roles, version=0)

    def suspend(self, user_id: UserId, suspension: Suspension | None) -> None:
        """Suspend a user, or lift the suspension; revoking the access is up to the caller."""
        claims = self.access.claims_of[user_id]
        self.access.claims_of[user_id] = replace(claims, suspension=suspension)


def _shown(new: NewUser) -> User:
    return User(
        id=new.id,
        handle=new.handle,
        display_name=new.display_name,
        avatar_url=None,
        bio="",
        joined_at=new.joined_at,
        level=1,
        xp_total=0,
    )


def _account(new: NewUser) -> Account:
    return Account(
        user_id=new.id,
        email=new.email,
        email_verified=False,
        time_zone=new.time_zone,
        day_start_hour=0,
        roles=new.roles,
    )
