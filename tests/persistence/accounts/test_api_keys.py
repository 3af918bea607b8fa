"""API keys: the store, and keys of suspended users."""

from datetime import UTC, timedelta

import pytest

from domain.accounts.api_keys import ApiKeys
from domain.accounts.suspensions import Suspension
from persistence.stores import SqlWork
from tests.builders import a_user
from tests.builders.accounts import NOON, an_api_key

ADA, BOB = a_user(), a_user()


@pytest.fixture
async def store(work: SqlWork) -> ApiKeys:
    await work.users.add(ADA)
    await work.users.add(BOB)
    return work.api_keys


async def test_keys_come_back_newest_first_and_to_their_owner_only(store: ApiKeys) -> None:
    keys = [an_api_key(ADA.id), an_api_key(ADA.id, name="Other"), an_api_key(BOB.id)]
    for number, key in enumerate(keys):
        await store.add(key, key_hash=f"hash {number}")

    assert await store.of_users([ADA.id, BOB.id, ADA.id], viewer_id=ADA.id) == [
        [keys[1], keys[0]],
        [],
        [keys[1], keys[0]],
    ]


async def test_keys_are_read_by_their_owner_alone_until_they_are_revoked(store: ApiKeys) -> None:
    mine, other = an_api_key(ADA.id), an_api_key(BOB.id)
    for key in (mine, other):
        await store.add(key, key_hash=key.id)

    assert await store.by_ids([other.id, mine.id], viewer_id=ADA.id) == [None, mine]
    await store.revoke(mine.id, user_id=ADA.id, now=NOON)
    assert await store.by_ids([mine.id], viewer_id=ADA.id) == [None]


async def test_a_valid_key_comes_back_with_its_owner(store: ApiKeys) -> None:
    key = an_api_key(ADA.id)
    await store.add(key, key_hash="hash")

    active = await store.active("hash", now=NOON)

    assert active is not None
    assert (active.key_id, active.user_id, active.roles) == (key.id, ADA.id, ADA.roles)
    assert (active.scopes, active.expires_at, active.last_used_at) == (key.scopes, key.expires_at, None)
    assert await store.active("other", now=NOON) is None
    assert await store.active("hash", now=key.expires_at) is None


async def test_only_the_owner_revokes_a_key_and_only_once(store: ApiKeys) -> None:
    key = an_api_key(ADA.id)
    await store.add(key, key_hash="hash")

    by_bob = await store.revoke(key.id, user_id=BOB.id, now=NOON)
    by_ada = await store.revoke(key.id, user_id=ADA.id, now=NOON)
    again = await store.revoke(key.id, user_id=ADA.id, now=NOON)

    assert (by_bob, again) == (None, None)
    assert by_ada is not None
    assert by_ada.revoked_at == NOON
    assert await store.active("hash", now=NOON) is None
    assert await store.of_users([ADA.id], viewer_id=ADA.id) == [[]]


async def test_unrevoked_keys_are_counted(store: ApiKeys) -> None:
    keys = [an_api_key(ADA.id) for _ in range(3)]
    for number, key in enumerate(keys):
        await store.add(key, key_hash=f"hash {number}")
    await store.revoke(keys[0].id, user_id=ADA.id, now=NOON)

    assert await store.lock_and_count(ADA.id) == 2
    assert await store.lock_and_count(BOB.id) == 0


async def test_the_last_use_of_a_key_is_stored_by_the_hour(store: ApiKeys) -> None:
    key = an_api_key(ADA.id)
    await store.add(key, key_hash="hash")

    await store.used(key.id, now=NOON + timedelta(minutes=59, seconds=59))

    active = await store.active("hash", now=NOON)
    assert active is not None
    assert active.last_used_at is not None
    assert active.last_used_at.astimezone(UTC) == NOON


async def test_the_key_of_a_suspended_user_is_not_active(work: SqlWork) -> None:
    await work.users.add(ADA)
    await work.api_keys.add(an_api_key(ADA.id), key_hash="hash")
    await work.roles.suspend(ADA.id, Suspension(since=NOON, until=NOON + timedelta(hours=1), reason="Spam."))

    assert await work.api_keys.active("hash", now=NOON) is None
    assert await work.api_keys.active("hash", now=NOON + timedelta(hours=1)) is not None
