"""Access revocation: one suite over the fake and the real store, and late commits that are not missed."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.accounts import access_revocation
from domain.accounts.access_revocation import Access, AccessChange, TokenClaims
from domain.accounts.users import Role
from domain.errors import NotFoundError
from domain.ids import SessionId, UserId
from domain.signals import Signal
from domain.unit_of_work import Meter
from persistence.stores import SqlWork
from persistence.work import Postgres
from tests.builders import a_user, mint
from tests.builders.acts import an_act
from tests.builders.sessions import NOON
from tests.fakes.sessions import FakeAccess

ADA = a_user(handle="access_ada", email="access_ada@example.org", roles=[Role.LEARNER, Role.AUTHOR])
SESSION = SessionId(mint("session"))


@pytest.fixture(params=["fake", "sql"])
async def store(request: Any, work: SqlWork) -> Access:
    if request.param == "fake":
        return FakeAccess({ADA.id: TokenClaims(roles=ADA.roles, version=0)})
    await work.users.add(ADA)
    return work.access


def ignore(_signal: Signal) -> None:
    """Take a signal and do nothing."""


async def test_the_version_of_a_user_grows_by_one(store: Access) -> None:
    before = await store.claims(ADA.id)

    assert await store.raise_version(ADA.id) == 1
    assert await store.raise_version(ADA.id) == 2

    assert before is not None
    assert (before.roles, before.version) == ([Role.LEARNER, Role.AUTHOR], 0)
    after = await store.claims(ADA.id)
    assert after is not None
    assert after.version == 2


async def test_an_unknown_user_has_no_claims(store: Access) -> None:
    unknown = UserId(mint("user"))

    assert await store.claims(unknown) is None
    with pytest.raises(NotFoundError):
        await store.raise_version(unknown)


async def test_a_revocation_is_stored_and_signalled(store: Access) -> None:
    signals: list[Signal] = []

    await access_revocation.revoke(store, an_act(), user_id=ADA.id, emit=signals.append)
    await access_revocation.revoke(store, an_act(), user_id=ADA.id, session_id=SESSION, emit=signals.append)

    of_user = AccessChange(user_id=ADA.id, session_id=None, version=1)
    of_session = AccessChange(user_id=ADA.id, session_id=SESSION, version=0)
    assert (await store.since(0, earliest=NOON)).changes == [of_user, of_session]
    changes = [access_revocation.change_in(signal) for signal in signals]
    assert changes == [of_user, AccessChange(user_id=UserId(""), session_id=SESSION, version=0)]


async def test_changes_before_the_earliest_are_left_out_and_can_be_forgotten(store: Access) -> None:
    await access_revocation.revoke(store, an_act(), user_id=ADA.id, emit=ignore)
    await access_revocation.revoke(
        store, an_act(now=NOON + timedelta(minutes=1)), user_id=ADA.id, emit=ignore
    )

    found = await store.since(0, earliest=NOON + timedelta(seconds=1))
    await store.forget(before=NOON + timedelta(seconds=1))
    left = await store.since(0, earliest=NOON)

    assert [change.version for change in found.changes] == [2]
    assert [change.version for change in left.changes] == [2]


@pytest.mark.parametrize(
    "body", ["", "user_1", "user_1:", "user_1:x", "user_1:²", "user_1:" + "9" * 5_000, "goal_1", ":"]
)
def test_a_signal_with_another_body_is_no_change(body: str) -> None:
    assert access_revocation.change_in(Signal(topic=access_revocation.TOPIC, body=body)) is None


async def test_a_change_that_commits_after_a_later_one_was_read_is_not_missed(
    postgres: Postgres,
) -> None:
    """Ids and times are assigned before the commit, so a reader of `id > last` would miss the first change here."""
    bob = a_user()
    async with postgres.open_work(Meter()) as work:
        await work.users.add(ADA)
        await work.users.add(bob)

    async with postgres.open_work(Meter()) as slow:
        await access_revocation.revoke(slow.access, an_act(), user_id=ADA.id, emit=ignore)
        async with postgres.open_work(Meter()) as quick:
            await access_revocation.revoke(quick.access, an_act(), user_id=bob.id, emit=ignore)
        async with postgres.open_reads(Meter()) as reads:
            first = await reads.access.since(0, earliest=NOON)
    async with postgres.open_reads(Meter()) as reads:
        second = await reads.access.since(first.mark, earliest=NOON)
        third = await reads.access.since(second.mark, earliest=NOON)

    assert [change.user_id for change in first.changes] == [bob.id]
    assert ADA.id in {change.user_id for change in second.changes}
    assert third.changes == []


async def test_claims_are_not_read_while_a_change_is_uncommitted(postgres: Postgres) -> None:
    """Else a refresh could hand out the roles of before with a version that stays good."""

    async def claims() -> TokenClaims | None:
        async with postgres.open_work(Meter()) as work:
            return await work.access.claims(ADA.id)

    async with postgres.open_work(Meter()) as work:
        await work.users.add(ADA)
    async with postgres.open_work(Meter()) as changing:
        await access_revocation.revoke(changing.access, an_act(), user_id=ADA.id, emit=ignore)
        reading = asyncio.create_task(claims())
        done, _ = await asyncio.wait({reading}, timeout=0.2)
        assert not done

    found = await reading
    assert found is not None
    assert found.version == 1
