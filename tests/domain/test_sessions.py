"""Sessions: how they are opened, refreshed and ended."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain import entering, leaving, refreshing, sessions
from domain.audit import NOWHERE, AuditAction, Origin
from domain.entering import DEVICE_KNOWN_FOR
from domain.errors import NotFoundError
from domain.sessions import GRACE, MOST_SESSIONS, REFRESH_LIFETIME, Session, SignedIn
from domain.suspensions import AccountSuspendedError, Suspension
from tests.builders import a_user, mint
from tests.builders.sessions import NOON
from tests.fakes.accounts import FakeAccounts

ADA, BOB = a_user(), a_user()
HOME = Origin(address="203.0.113.0/24", session_id=None)
SECRET = b"the secret of a test"
SECOND = timedelta(seconds=1)


@dataclass
class Desk:
    """Signs Ada in and out at the moment that the clock shows."""

    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    now: datetime = NOON

    async def enter(self, **values: Any) -> SignedIn:
        usual = {"user_id": ADA.id, "device": "Firefox on Linux", "origin": HOME}
        async with self.accounts.open() as work:
            return await entering.enter(work, mint=mint, now=self.now, secret=SECRET, **(usual | values))

    async def refresh(self, token: str, *secrets: bytes) -> SignedIn | None:
        async with self.accounts.open() as work:
            return await refreshing.refresh(
                work,
                refresh_token=token,
                origin=HOME,
                mint=mint,
                now=self.now,
                secrets=secrets or (SECRET,),
            )

    async def open(self) -> list[Session]:
        (held,) = await self.accounts.sessions.open_by_users([ADA.id], viewer_id=ADA.id, now=self.now)
        return held

    @property
    def actions(self) -> list[AuditAction]:
        return [entry.action for entry in self.accounts.audit.entries]


@pytest.fixture
async def desk() -> Desk:
    made = Desk()
    await made.accounts.register(ADA)
    await made.accounts.register(BOB)
    return made


def given(refreshed: SignedIn | None) -> SignedIn:
    assert refreshed is not None
    return refreshed


async def test_signing_in_opens_a_session_with_its_device_and_is_audited(desk: Desk) -> None:
    signed_in = await desk.enter()

    assert await desk.open() == [signed_in.session]
    assert (signed_in.session.device, signed_in.session.address) == ("Firefox on Linux", "203.0.113.0/24")
    (entry,) = desk.accounts.audit.entries
    assert (entry.action, entry.actor_id) == (AuditAction.SIGNED_IN, ADA.id)
    assert (entry.address, entry.session_id) == ("203.0.113.0/24", signed_in.session.id)


async def test_fifty_uses_at_once_have_one_successor(desk: Desk) -> None:
    token = (await desk.enter()).refresh_token

    refreshed = await asyncio.gather(*(desk.refresh(token) for _ in range(50)))

    (successor,) = {given(one).refresh_token for one in refreshed}
    assert given(await desk.refresh(successor)).refresh_token != successor
    assert AuditAction.REFRESH_TOKEN_REUSED not in desk.actions


async def test_a_repeated_call_within_the_grace_gets_the_same_successor(desk: Desk) -> None:
    token = (await desk.enter()).refresh_token
    successor = given(await desk.refresh(token)).refresh_token

    desk.now += GRACE

    assert given(await desk.refresh(token)).refresh_token == successor


async def test_a_repeated_call_under_a_new_secret_gets_the_same_successor(desk: Desk) -> None:
    token = (await desk.enter()).refresh_token
    successor = given(await desk.refresh(token)).refresh_token

    again = given(await desk.refresh(token, b"a new secret", SECRET))

    assert again.refresh_token == successor


async def test_a_token_that_comes_back_after_the_grace_ends_the_session_and_is_audited(desk: Desk) -> None:
    signed_in = await desk.enter()
    successor = given(await desk.refresh(signed_in.refresh_token)).refresh_token
    desk.now += GRACE + SECOND

    assert await desk.refresh(signed_in.refresh_token) is None

    assert await desk.open() == []
    assert await desk.refresh(successor) is None
    reused = desk.accounts.audit.entries[-1]
    assert (reused.action, reused.actor_id, reused.target) == (
        AuditAction.REFRESH_TOKEN_REUSED,
        None,
        ADA.id,
    )
    assert desk.accounts.heard[-1].body == signed_in.session.id


async def test_a_token_whose_successor_was_used_ends_the_session_within_the_grace_too(desk: Desk) -> None:
    token = (await desk.enter()).refresh_token
    successor = given(await desk.refresh(token))
    await desk.refresh(successor.refresh_token)

    assert await desk.refresh(token) is None
    assert await desk.open() == []


async def test_refreshing_does_not_move_the_end_of_the_session(desk: Desk) -> None:
    signed_in = await desk.enter()
    token = signed_in.refresh_token
    for _ in range(29):
        desk.now += timedelta(days=1)
        refreshed = given(await desk.refresh(token))
        token = refreshed.refresh_token

    assert refreshed.session.expires_at == signed_in.session.created_at + REFRESH_LIFETIME
    desk.now += timedelta(days=1)
    assert await desk.refresh(token) is None


async def test_one_session_too_many_ends_the_one_that_was_unused_longest(desk: Desk) -> None:
    tokens = []
    for _ in range(MOST_SESSIONS):
        tokens.append((await desk.enter()).refresh_token)
        desk.now += SECOND
    await desk.refresh(tokens[0])

    await desk.enter()

    assert len(await desk.open()) == MOST_SESSIONS
    assert await desk.refresh(tokens[1]) is None
    assert await desk.refresh(tokens[2]) is not None


async def test_only_a_device_that_is_new_to_a_known_user_is_told_by_mail(desk: Desk) -> None:
    async def mails_after(device: str | None, later: timedelta) -> int:
        desk.now += later
        before = len(desk.accounts.mails.posted)
        await desk.enter(device=device)
        return len(desk.accounts.mails.posted) - before

    assert await mails_after("Firefox on Linux", SECOND) == 0  # the first sign-in of all
    assert await mails_after("Firefox on Linux", SECOND) == 0
    assert await mails_after("Safari on iPhone", SECOND) == 1
    assert await mails_after(None, SECOND) == 1
    assert await mails_after("Firefox on Linux", DEVICE_KNOWN_FOR + SECOND) == 1
    letter = desk.accounts.mails.posted[0]
    assert letter.to == ADA.email
    assert "Safari on iPhone" in letter.body
    assert "203.0.113.0/24" in letter.body


async def test_a_suspended_user_neither_signs_in_nor_refreshes_and_loses_no_token(desk: Desk) -> None:
    token = (await desk.enter()).refresh_token
    desk.accounts.suspend(ADA.id, Suspension(since=NOON, until=None, reason="Cheating."))

    with pytest.raises(AccountSuspendedError):
        await desk.enter()
    with pytest.raises(AccountSuspendedError):
        await desk.refresh(token)

    desk.accounts.suspend(ADA.id, None)
    desk.now += GRACE + SECOND
    assert await desk.refresh(token) is not None


async def test_signing_out_ends_the_own_session_and_is_audited_once(desk: Desk) -> None:
    here, there = await desk.enter(), await desk.enter()

    for _ in range(2):
        async with desk.accounts.open() as work:
            await leaving.logout(work, viewer=here.viewer, origin=NOWHERE, mint=mint, now=desk.now)

    assert await desk.open() == [there.session]
    assert desk.actions.count(AuditAction.SIGNED_OUT) == 1


async def test_nobody_revokes_somebody_elses_session(desk: Desk) -> None:
    bobs = await desk.enter(user_id=BOB.id)

    async with desk.accounts.open() as work:
        with pytest.raises(NotFoundError):
            await leaving.revoke(
                work, user_id=ADA.id, session_id=bobs.session.id, origin=HOME, mint=mint, now=desk.now
            )

    assert await desk.refresh(bobs.refresh_token) is not None


@pytest.mark.parametrize("keeps", [True, False])
async def test_revoking_all_ends_every_session_but_the_one_to_keep(desk: Desk, keeps: bool) -> None:
    here, other, bobs = await desk.enter(), await desk.enter(), await desk.enter(user_id=BOB.id)

    async with desk.accounts.open() as work:
        ended = await leaving.revoke_all(
            work,
            user_id=ADA.id,
            keep=here.session.id if keeps else None,
            origin=HOME,
            mint=mint,
            now=desk.now,
        )

    expected = {other.session.id} if keeps else {other.session.id, here.session.id}
    assert {session.id for session in ended} == expected
    assert {signal.body for signal in desk.accounts.heard} == expected
    assert (await desk.refresh(here.refresh_token) is not None) is keeps
    assert await desk.refresh(bobs.refresh_token) is not None
    assert desk.actions[-1] is AuditAction.SESSIONS_REVOKED


def test_a_token_is_stored_as_its_hash() -> None:
    assert sessions.digest("secret") == "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"


def test_a_first_token_is_made_of_two_random_identifiers() -> None:
    minted: list[str] = []

    def noting(kind: str) -> str:
        minted.append(mint(kind))
        return minted[-1]

    token = sessions.first_token("refresh", noting, SECRET)

    assert len(set(minted)) == 2
    assert len(token) == 64
    assert token != sessions.first_token("refresh", mint, SECRET)
    assert token != sessions.successor(" ".join(minted), b"another secret")
