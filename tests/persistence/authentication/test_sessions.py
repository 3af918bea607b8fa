"""Sessions: one suite over the fake and the real store, and what fifty callers at once see of the real one."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.authentication.sessions import Sessions
from domain.ids import SessionId
from domain.unit_of_work import Meter
from persistence.stores import SqlWork
from persistence.work import Postgres
from tests.builders import a_user, mint
from tests.builders.sessions import LIFETIME, NOON, a_session
from tests.fakes.sessions import FakeSessions

ADA = a_user(handle="session_ada", email="session_ada@example.org")
BOB = a_user(handle="session_bob", email="session_bob@example.org")
LATER = NOON + timedelta(minutes=5)


@pytest.fixture(params=["fake", "sql"])
async def store(request: Any, work: SqlWork) -> Sessions:
    if request.param == "fake":
        return FakeSessions()
    await work.users.add(ADA)
    await work.users.add(BOB)
    return work.sessions


async def test_a_token_is_spent_once_and_then_known_as_spent(store: Sessions) -> None:
    session = a_session(ADA.id)
    await store.add(session, token_hash="first")

    first = await store.spend("first", now=LATER)
    second = await store.spend("first", now=LATER + timedelta(seconds=3))

    assert first is not None
    assert (first.session, first.spent_before) == (session, None)
    assert second is not None
    assert second.spent_before == LATER


async def test_an_unknown_token_yields_nothing(store: Sessions) -> None:
    assert await store.spend("never given out", now=NOON) is None
    assert not await store.is_unspent("never given out")


async def test_a_successor_is_stored_once_and_moves_last_use_and_end(store: Sessions) -> None:
    session = a_session(ADA.id)
    await store.add(session, token_hash="first")
    used = replace(session, last_used_at=LATER, expires_at=LATER + LIFETIME.idle, address="198.51.100.0/24")

    for _ in range(2):
        await store.succeed(used, token_hash="second")

    assert await store.is_unspent("second")
    assert await store.open_by_users([ADA.id], viewer_id=ADA.id, now=LATER) == [[used]]
    await store.spend("second", now=LATER)
    assert not await store.is_unspent("second")


async def test_a_session_ends_on_time(store: Sessions) -> None:
    session = a_session(ADA.id)
    await store.add(session, token_hash="first")
    end = LATER + LIFETIME.idle
    await store.succeed(replace(session, last_used_at=LATER, expires_at=end), token_hash="second")

    assert await store.spend("second", now=end) is None
    assert await store.open_by_users([ADA.id], viewer_id=ADA.id, now=end) == [[]]
    assert await store.end([session.id], user_id=ADA.id, now=end) == []


async def test_only_the_viewers_open_sessions_are_listed_last_used_first(store: Sessions) -> None:
    early, late, other = a_session(ADA.id), a_session(ADA.id, minute=1), a_session(BOB.id)
    for session in (early, late, other):
        await store.add(session, token_hash=session.id)

    assert await store.open_by_users([BOB.id, ADA.id, ADA.id], viewer_id=ADA.id, now=LATER) == [
        [],
        [late, early],
        [late, early],
    ]


async def test_sessions_are_read_by_their_user_alone_while_they_are_open(store: Sessions) -> None:
    mine, ended, other = a_session(ADA.id), a_session(ADA.id), a_session(BOB.id)
    for session in (mine, ended, other):
        await store.add(session, token_hash=session.id)
    await store.end([ended.id], user_id=ADA.id, now=LATER)
    ids = [other.id, ended.id, mine.id, mine.id]

    assert await store.by_ids(ids, viewer_id=ADA.id, now=LATER) == [None, None, mine, mine]
    assert await store.by_ids([mine.id], viewer_id=ADA.id, now=mine.expires_at) == [None]


async def test_ending_ends_the_users_own_open_sessions_once(store: Sessions) -> None:
    mine, other = a_session(ADA.id), a_session(BOB.id)
    for session in (mine, other):
        await store.add(session, token_hash=session.id)
    everything = [mine.id, other.id, SessionId(mint("session"))]

    assert await store.end(everything, user_id=ADA.id, now=LATER) == [mine]
    assert await store.end(everything, user_id=ADA.id, now=LATER) == []
    assert await store.spend(mine.id, now=LATER) is None
    assert await store.spend(other.id, now=LATER) is not None


@pytest.mark.parametrize("device", ["Firefox on Linux", None])
async def test_a_device_is_known_as_long_as_it_was_used_since(store: Sessions, device: str | None) -> None:
    assert await store.knows_device(ADA.id, device, since=NOON) is None

    await store.add(a_session(ADA.id, device=device), token_hash="first")

    assert await store.knows_device(ADA.id, device, since=NOON) is True
    assert await store.knows_device(ADA.id, device, since=LATER) is False
    assert await store.knows_device(ADA.id, "Safari on iPhone", since=NOON) is False
    assert await store.knows_device(BOB.id, device, since=NOON) is None


async def test_forgetting_leaves_what_is_open_or_was_used_since(store: Sessions) -> None:
    revoked, expired, kept = a_session(ADA.id), a_session(ADA.id, expires_at=LATER), a_session(ADA.id)
    recent = a_session(BOB.id, minute=60)
    for session in (revoked, expired, kept, recent):
        await store.add(session, token_hash=session.id)
    await store.end([revoked.id], user_id=ADA.id, now=NOON)
    await store.end([recent.id], user_id=BOB.id, now=LATER)

    await store.forget(unused_since=NOON + timedelta(minutes=30))

    assert not await store.is_unspent(revoked.id)
    assert not await store.is_unspent(expired.id)
    assert await store.is_unspent(kept.id)
    assert await store.is_unspent(recent.id)


async def test_tokens_that_were_spent_long_ago_are_forgotten_while_their_session_goes_on(
    store: Sessions,
) -> None:
    session = a_session(ADA.id)
    await store.add(session, token_hash="first")
    await store.spend("first", now=NOON)
    await store.succeed(session, token_hash="second")
    await store.spend("second", now=LATER)
    await store.succeed(session, token_hash="third")

    await store.forget(unused_since=LATER)

    assert await store.spend("first", now=LATER) is None
    second = await store.spend("second", now=LATER)
    assert second is not None
    assert second.spent_before == LATER
    assert await store.is_unspent("third")


async def test_of_fifty_concurrent_calls_exactly_one_spends_the_token(postgres: Postgres) -> None:
    session = a_session(ADA.id)
    async with postgres.open_work(Meter()) as work:
        await work.users.add(ADA)
        await work.sessions.add(session, token_hash="first")

    async def spend() -> bool:
        async with postgres.open_work(Meter()) as work:
            spent = await work.sessions.spend("first", now=LATER)
        assert spent is not None
        return spent.spent_before is None

    assert sum(await asyncio.gather(*(spend() for _ in range(50)))) == 1
