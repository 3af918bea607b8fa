"""Audit log: one suite over the fake and the real store, and the changes that the database refuses."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from domain import ids
from domain.accounts import audit
from domain.accounts.audit import Audit, AuditAction, AuditDetail, AuditFilter
from domain.acts import Act, Origin
from domain.errors import InvalidInputError
from domain.ids import SessionId, UserId
from domain.paging import window
from persistence.stores import SqlWork
from tests.builders import mint
from tests.fakes.audit import FakeAudit

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADA, BOB = UserId(mint("user")), UserId(mint("user"))
HOME = Origin(address="203.0.113.0/24", session_id=SessionId(mint("session")))


@pytest.fixture(params=["fake", "sql"])
def store(request: Any, work: SqlWork) -> Audit:
    return FakeAudit() if request.param == "fake" else work.audit


async def record(store: Audit, action: AuditAction, **values: Any) -> None:
    """Record an act of Ada's on Bob at noon; `minute` says how many minutes later."""
    at = NOON + timedelta(minutes=values.pop("minute", 0))

    def mint_at(prefix: str) -> str:
        minted = mint(prefix)
        start = ids.compose(prefix, milliseconds=int(at.timestamp() * 1_000), randomness=bytes(10))
        return start[: len(prefix) + 11] + minted[len(prefix) + 11 :]

    act = Act(actor_id=values.pop("actor_id", ADA), origin=HOME, now=at, mint=mint_at)
    await audit.record(store, act, action, **{"target": BOB} | values)


async def test_entries_are_read_by_actor_and_target_alone_one_slot_per_id(store: Audit) -> None:
    await record(store, AuditAction.ROLES_SET)
    (entry,) = (await store.page(AuditFilter(target=BOB), window())).nodes

    assert await store.by_ids_of(ADA, [entry.id, entry.id]) == [entry, entry]
    assert await store.by_ids_of(BOB, [entry.id]) == [replace(entry, address=None, session_id=None)]
    assert await store.by_ids_of(UserId(mint("user")), [entry.id]) == [None]


async def test_an_entry_comes_back_as_it_was_recorded(store: Audit) -> None:
    await record(store, AuditAction.ROLES_SET, difference={"roles": "LEARNER", "reason": None})

    (entry,) = (await store.page(AuditFilter(target=BOB), window())).nodes

    assert (entry.actor_id, entry.action, entry.target) == (ADA, AuditAction.ROLES_SET, BOB)
    assert (entry.address, entry.session_id, entry.happened_at) == (HOME.address, HOME.session_id, NOON)
    assert sorted(entry.difference, key=lambda d: d.name) == [
        AuditDetail(name="reason", value=None),
        AuditDetail(name="roles", value="LEARNER"),
    ]


async def test_a_page_contains_the_entries_that_pass_the_filter_newest_first(store: Audit) -> None:
    for minute, action in enumerate(
        (AuditAction.ROLES_SET, AuditAction.USER_SUSPENDED, AuditAction.ROLES_SET)
    ):
        await record(store, action, minute=minute)
    await record(store, AuditAction.ROLES_SET, minute=3, actor_id=BOB, target=ADA)

    async def minutes(**asked: Any) -> list[int]:
        page = await store.page(AuditFilter(**asked), window())
        return [(entry.happened_at - NOON).seconds // 60 for entry in page.nodes]

    assert await minutes() == [3, 2, 1, 0]
    assert await minutes(actor_id=ADA, action=AuditAction.ROLES_SET) == [2, 0]
    assert await minutes(target=ADA) == [3]
    assert await minutes(since=NOON + timedelta(minutes=1), until=NOON + timedelta(minutes=3)) == [2, 1]


async def test_pages_follow_each_other(store: Audit) -> None:
    for minute in range(3):
        await record(store, AuditAction.ROLES_SET, minute=minute)

    first = await store.page(AuditFilter(actor_id=ADA), window(first=2))
    rest = await store.page(AuditFilter(actor_id=ADA), window(first=2, after=first.page_info.end_cursor))

    assert [entry.happened_at.minute for entry in [*first.nodes, *rest.nodes]] == [2, 1, 0]
    assert (first.has_next_page, rest.has_next_page) == (True, False)


async def test_the_own_log_hides_the_address_of_other_actors(store: Audit) -> None:
    await record(store, AuditAction.ROLES_SET)
    await record(store, AuditAction.SIGNED_IN, minute=1, actor_id=BOB, target=BOB)
    await record(store, AuditAction.SIGNED_IN, minute=2, target=ADA)

    own = (await store.page_of(BOB, window())).nodes

    assert [(entry.action, entry.address) for entry in own] == [
        (AuditAction.SIGNED_IN, HOME.address),
        (AuditAction.ROLES_SET, None),
    ]
    assert own[1].session_id is None


async def test_forgetting_a_user_removes_their_addresses_and_the_differences_about_them(
    store: Audit,
) -> None:
    await record(store, AuditAction.USER_SUSPENDED, difference={"reason": "Rude"})
    await record(store, AuditAction.ROLES_SET, minute=1, difference={"roles": "LEARNER"})
    await record(
        store, AuditAction.EMAIL_CHANGED, minute=2, actor_id=BOB, difference={"email": "b***@example.org"}
    )

    await store.forget(BOB)

    changed, roles, suspended = (await store.page(AuditFilter(target=BOB), window())).nodes
    assert (changed.address, changed.difference) == (None, [])
    assert (suspended.address, suspended.difference) == (HOME.address, [])
    assert roles.difference == [AuditDetail(name="roles", value="LEARNER")]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entries SET action = 'SIGNED_IN'",
        "UPDATE audit_entries SET actor_id = NULL",
        "UPDATE audit_entries SET address = '198.51.100.0/24'",
        """UPDATE audit_entries SET difference = '{"roles": "ADMIN"}'""",
        "UPDATE audit_entries SET happened_at = now(), address = NULL",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
    ],
)
async def test_the_database_refuses_to_change_or_remove_an_entry(work: SqlWork, change: str) -> None:
    await record(work.audit, AuditAction.ROLES_SET)

    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="append-only"):
        async with work.connection.raw.transaction():
            await work.connection.raw.execute(change)

    assert len((await work.audit.page(AuditFilter(target=BOB), window())).nodes) == 1


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (AuditFilter(target=""), "target"),
        (AuditFilter(target="x" * 101), "target"),
        (AuditFilter(since=NOON, until=NOON), "until"),
    ],
)
def test_a_filter_that_cannot_match_is_refused(asked: AuditFilter, field: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        audit.checked_filter(asked)

    assert refusal.value.field == field
