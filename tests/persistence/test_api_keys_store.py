"""API keys: one suite over the fake and the real store, and what only the database knows."""

from datetime import UTC, timedelta
from typing import Any

import pytest

from domain.api_keys import ApiKeys
from domain.suspensions import Suspension
from persistence.work import SqlWork
from tests.builders import a_user
from tests.builders.accounts import NOON, an_api_key
from tests.fakes.admin import FakeApiKeys

ADA, BOB = a_user(), a_user()


@pytest.fixture(params=["fake", "sql"])
async def store(request: Any, work: SqlWork) -> ApiKeys:
    if request.param == "fake":
        return FakeApiKeys(ADA, BOB)
    await work.users.add(ADA)
    await work.users.add(BOB)
    return work.api_keys


async def test_keys_come_back_newest_first_and_to_their_owner_alone(store: ApiKeys) -> None:
    keys = [an_api_key(ADA.id), an_api_key(ADA.id, name="Other"), an_api_key(BOB.id)]
    for number, key in enumerate(keys):
        await store.add(key, key_hash=f"hash {number}")

    assert await store.of_users([ADA.id, BOB.id, ADA.id], viewer_id=ADA.id) == [
        [keys[1], keys[0]],
        [],
        [keys[1], keys[0]],
    ]


async def test_a_good_key_names_its_holder(store: ApiKeys) -> None:
    key = an_api_key(ADA.id)
    await store.add(key, key_hash="hash")

    holder = await store.holder("hash", now=NOON)

    assert holder is not None
    assert (holder.key_id, holder.user_id, holder.roles) == (key.id, ADA.id, ADA.roles)
    assert (holder.scopes, holder.expires_at, holder.last_used_at) == (key.scopes, key.expires_at, None)
    assert await store.holder("other", now=NOON) is None
    assert await store.holder("hash", now=key.expires_at) is None


async def test_only_its_owner_revokes_a_key_and_once(store: ApiKeys) -> None:
    key = an_api_key(ADA.id)
    await store.add(key, key_hash="hash")

    by_bob = await store.revoke(key.id, user_id=BOB.id, now=NOON)
    by_ada = await store.revoke(key.id, user_id=ADA.id, now=NOON)
    again = await store.revoke(key.id, user_id=ADA.id, now=NOON)

    assert (by_bob, again) == (None, None)
    assert by_ada is not None
    assert by_ada.revoked_at == NOON
    assert await store.holder("hash", now=NOON) is None
    assert await store.of_users([ADA.id], viewer_id=ADA.id) == [[]]


async def test_keys_that_were_not_revoked_are_counted(store: ApiKeys) -> None:
    keys = [an_api_key(ADA.id) for _ in range(3)]
    for number, key in enumerate(keys):
        await store.add(key, key_hash=f"hash {number}")
    await store.revoke(keys[0].id, user_id=ADA.id, now=NOON)

    assert await store.hold(ADA.id) == 2
    assert await store.hold(BOB.id) == 0


async def test_the_use_of_a_key_is_known_by_the_hour(store: ApiKeys) -> None:
    key = an_api_key(ADA.id)
    await store.add(key, key_hash="hash")

    await store.used(key.id, now=NOON + timedelta(minutes=59, seconds=59))

    holder = await store.holder("hash", now=NOON)
    assert holder is not None
    assert holder.last_used_at is not None
    assert holder.last_used_at.astimezone(UTC) == NOON


async def test_the_key_of_a_suspended_user_is_no_good(work: SqlWork) -> None:
    await work.users.add(ADA)
    await work.api_keys.add(an_api_key(ADA.id), key_hash="hash")
    await work.roles.suspend(ADA.id, Suspension(since=NOON, until=NOON + timedelta(hours=1), reason="Spam."))

    assert await work.api_keys.holder("hash", now=NOON) is None
    assert await work.api_keys.holder("hash", now=NOON + timedelta(hours=1)) is not None
