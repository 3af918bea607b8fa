"""Sessions: how they are opened, refreshed and ended."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.accounts.audit import AuditAction
from domain.accounts.suspensions import AccountSuspendedError, Suspension
from domain.acts import Act, Origin
from domain.authentication import sessions, sign_in, sign_out, token_refresh
from domain.authentication.sessions import MOST_SESSIONS, Session, SessionLifetime, SignedIn
from domain.authentication.sign_in import DEVICE_KNOWN_FOR
from domain.errors import NotFoundError
from domain.ids import UserId
from tests.builders import a_user, mint
from tests.builders.acts import an_act
from tests.builders.sessions import NOON
from tests.fakes.accounts import FakeAccounts
from tests.fakes.ports import FakeClient, FakePorts

ADA, BOB = a_user(), a_user()
HOME = Origin(address="203.0.113.0/24", session_id=None)
PORTS = FakePorts()
SECOND = timedelta(seconds=1)


@dataclass
class SignIns:
    """Signs Ada in and out at the moment that the clock shows."""

    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    now: datetime = NOON
    lifetime: SessionLifetime = field(default_factory=SessionLifetime)

    def act(self, **values: Any) -> Act:
        return an_act(**{"origin": HOME, "now": self.now} | values)

    async def sign_in(self, user_id: UserId = ADA.id, device: str | None = "Firefox on Linux") -> SignedIn:
        async with self.accounts.open() as work:
            return await sign_in.open_session(
                work, self.act(), FakeClient(device=device), PORTS, user_id=user_id
            )

    async def refresh(self, token: str, *secrets: bytes) -> SignedIn | None:
        async with self.accounts.open() as work:
            return await token_refresh.refresh(
                work,
                self.act(),
                refresh_token=token,
                secrets=secrets or (PORTS.refresh_secret,),
                lifetime=self.lifetime,
            )

    async def open(self) -> list[Session]:
        (found,) = await self.accounts.sessions.open_by_users([ADA.id], viewer_id=ADA.id, now=self.now)
        return found

    @property
    def actions(self) -> list[AuditAction]:
        return [entry.action for entry in self.accounts.audit.entries]


@pytest.fixture
async def sign_ins() -> SignIns:
    made = SignIns()
    await made.accounts.register(ADA)
    await made.accounts.register(BOB)
    return made


def given(refreshed: SignedIn | None) -> SignedIn:
    assert refreshed is not None
    return refreshed


async def test_signing_in_opens_a_session_with_its_device_and_is_audited(sign_ins: SignIns) -> None:
    signed_in = await sign_ins.sign_in()

    assert await sign_ins.open() == [signed_in.session]
    assert (signed_in.session.device, signed_in.session.address) == ("Firefox on Linux", "203.0.113.0/24")
    (entry,) = sign_ins.accounts.audit.entries
    assert (entry.action, entry.actor_id) == (AuditAction.SIGNED_IN, ADA.id)
    assert (entry.address, entry.session_id) == ("203.0.113.0/24", signed_in.session.id)


async def test_fifty_concurrent_refreshes_have_one_successor(sign_ins: SignIns) -> None:
    token = (await sign_ins.sign_in()).refresh_token

    refreshed = await asyncio.gather(*(sign_ins.refresh(token) for _ in range(50)))

    (successor,) = {given(result).refresh_token for result in refreshed}
    assert given(await sign_ins.refresh(successor)).refresh_token != successor
    assert AuditAction.REFRESH_TOKEN_REUSED not in sign_ins.actions


@pytest.mark.parametrize("later", [SECOND, 12 * SECOND, timedelta(days=29)], ids=str)
async def test_a_call_repeated_however_late_gets_the_same_successor_if_nothing_used_that(
    sign_ins: SignIns, later: timedelta
) -> None:
    token = (await sign_ins.sign_in()).refresh_token
    successor = given(await sign_ins.refresh(token)).refresh_token

    sign_ins.now += later

    assert given(await sign_ins.refresh(token)).refresh_token == successor
    assert AuditAction.REFRESH_TOKEN_REUSED not in sign_ins.actions


async def test_a_repeated_call_under_a_new_secret_gets_the_same_successor(sign_ins: SignIns) -> None:
    token = (await sign_ins.sign_in()).refresh_token
    successor = given(await sign_ins.refresh(token)).refresh_token

    again = given(await sign_ins.refresh(token, b"a new secret", PORTS.refresh_secret))

    assert again.refresh_token == successor


@pytest.mark.parametrize("later", [timedelta(), timedelta(days=1)], ids=str)
async def test_a_token_whose_successor_was_used_ends_the_session_and_is_audited(
    sign_ins: SignIns, later: timedelta
) -> None:
    signed_in = await sign_ins.sign_in()
    second = given(await sign_ins.refresh(signed_in.refresh_token)).refresh_token
    third = given(await sign_ins.refresh(second)).refresh_token
    sign_ins.now += later

    assert await sign_ins.refresh(signed_in.refresh_token) is None

    assert await sign_ins.open() == []
    assert await sign_ins.refresh(third) is None
    reused = sign_ins.accounts.audit.entries[-1]
    assert (reused.action, reused.actor_id, reused.target) == (AuditAction.REFRESH_TOKEN_REUSED, None, ADA.id)
    assert sign_ins.accounts.signals[-1].body == signed_in.session.id


async def test_a_session_that_is_used_lasts_a_year_and_no_longer(sign_ins: SignIns) -> None:
    signed_in = await sign_ins.sign_in()
    token = signed_in.refresh_token
    for _ in range(14):
        sign_ins.now += timedelta(days=26)
        refreshed = given(await sign_ins.refresh(token))
        token = refreshed.refresh_token
        assert (await sign_ins.open()) == [refreshed.session]

    assert refreshed.session.last_used_at == sign_ins.now
    assert refreshed.session.expires_at == signed_in.session.created_at + timedelta(days=365)
    sign_ins.now += timedelta(days=1)
    assert await sign_ins.refresh(token) is None


async def test_a_session_that_is_not_used_ends_after_thirty_days(sign_ins: SignIns) -> None:
    token = (await sign_ins.sign_in()).refresh_token
    sign_ins.now += timedelta(days=20)
    refreshed = given(await sign_ins.refresh(token))

    assert refreshed.session.expires_at == sign_ins.now + timedelta(days=30)
    sign_ins.now += timedelta(days=30)
    assert await sign_ins.refresh(refreshed.refresh_token) is None
    assert await sign_ins.open() == []


async def test_a_shorter_lifetime_ends_sessions_that_are_older(sign_ins: SignIns) -> None:
    token = (await sign_ins.sign_in()).refresh_token
    sign_ins.now += timedelta(days=8)
    sign_ins.lifetime = SessionLifetime(absolute=timedelta(days=7))

    assert await sign_ins.refresh(token) is None
    assert await sign_ins.open() == []


async def test_one_session_too_many_ends_the_least_recently_used_one(sign_ins: SignIns) -> None:
    tokens = []
    for _ in range(MOST_SESSIONS):
        tokens.append((await sign_ins.sign_in()).refresh_token)
        sign_ins.now += SECOND
    await sign_ins.refresh(tokens[0])

    await sign_ins.sign_in()

    assert len(await sign_ins.open()) == MOST_SESSIONS
    assert await sign_ins.refresh(tokens[1]) is None
    assert await sign_ins.refresh(tokens[2]) is not None


async def test_only_a_new_device_of_a_known_user_is_reported_by_mail(sign_ins: SignIns) -> None:
    async def mails_after(device: str | None, later: timedelta) -> int:
        sign_ins.now += later
        before = len(sign_ins.accounts.mails.posted)
        await sign_ins.sign_in(device=device)
        return len(sign_ins.accounts.mails.posted) - before

    assert await mails_after("Firefox on Linux", SECOND) == 0  # the first sign-in of all
    assert await mails_after("Firefox on Linux", SECOND) == 0
    assert await mails_after("Safari on iPhone", SECOND) == 1
    assert await mails_after(None, SECOND) == 1
    assert await mails_after("Firefox on Linux", DEVICE_KNOWN_FOR + SECOND) == 1
    mail = sign_ins.accounts.mails.posted[0]
    assert mail.to == ADA.email
    assert "Safari on iPhone" in mail.body
    assert "203.0.113.0/24" in mail.body


async def test_a_suspended_user_neither_signs_in_nor_refreshes_and_loses_no_token(
    sign_ins: SignIns,
) -> None:
    token = (await sign_ins.sign_in()).refresh_token
    sign_ins.accounts.suspend(ADA.id, Suspension(since=NOON, until=None, reason="Cheating."))

    with pytest.raises(AccountSuspendedError):
        await sign_ins.sign_in()
    with pytest.raises(AccountSuspendedError):
        await sign_ins.refresh(token)

    sign_ins.accounts.suspend(ADA.id, None)
    sign_ins.now += SECOND
    assert await sign_ins.refresh(token) is not None


async def test_signing_out_ends_the_current_session_and_is_audited_once(sign_ins: SignIns) -> None:
    here, there = await sign_ins.sign_in(), await sign_ins.sign_in()
    origin = Origin(address=None, session_id=here.session.id)

    for _ in range(2):
        async with sign_ins.accounts.open() as work:
            await sign_out.logout(work, sign_ins.act(actor_id=ADA.id, origin=origin))

    assert await sign_ins.open() == [there.session]
    assert sign_ins.actions.count(AuditAction.SIGNED_OUT) == 1


async def test_the_session_of_another_user_cannot_be_revoked(sign_ins: SignIns) -> None:
    bobs = await sign_ins.sign_in(user_id=BOB.id)

    async with sign_ins.accounts.open() as work:
        with pytest.raises(NotFoundError):
            await sign_out.revoke(work, sign_ins.act(actor_id=ADA.id), session_id=bobs.session.id)

    assert await sign_ins.refresh(bobs.refresh_token) is not None


@pytest.mark.parametrize("keeps", [True, False])
async def test_revoking_all_ends_every_session_but_the_one_to_keep(sign_ins: SignIns, keeps: bool) -> None:
    here, other, bobs = (
        await sign_ins.sign_in(),
        await sign_ins.sign_in(),
        await sign_ins.sign_in(user_id=BOB.id),
    )

    async with sign_ins.accounts.open() as work:
        ended = await sign_out.revoke_all(
            work, sign_ins.act(actor_id=ADA.id), keep=here.session.id if keeps else None
        )

    expected = {other.session.id} if keeps else {other.session.id, here.session.id}
    assert {session.id for session in ended} == expected
    assert {signal.body for signal in sign_ins.accounts.signals} == expected
    assert (await sign_ins.refresh(here.refresh_token) is not None) is keeps
    assert await sign_ins.refresh(bobs.refresh_token) is not None
    assert sign_ins.actions[-1] is AuditAction.SESSIONS_REVOKED


def test_a_token_is_stored_as_its_hash() -> None:
    assert sessions.digest("secret") == "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"


def test_a_first_token_is_made_from_two_random_identifiers() -> None:
    minted: list[str] = []

    def noting(kind: str) -> str:
        minted.append(mint(kind))
        return minted[-1]

    token = sessions.first_token("refresh", noting, PORTS.refresh_secret)

    assert len(set(minted)) == 2
    assert len(token) == 64
    assert token != sessions.first_token("refresh", mint, PORTS.refresh_secret)
    assert token != sessions.successor(" ".join(minted), b"another secret")
