"""Accounts as admins see them: one suite over the fake and the real store."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.accounts.roles import AdminUserFilter, Roles
from domain.accounts.suspensions import Suspension
from domain.accounts.users import Role
from domain.ids import UserId
from domain.paging import window
from persistence.stores import SqlWork
from tests.builders import a_user, mint
from tests.fakes.roles import FakeRoles

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADA = a_user(
    handle="roles_ada", display_name="Ada Ärm", email="roles_a@example.org", roles=[Role.LEARNER, Role.ADMIN]
)
BOB = a_user(handle="roles_bob", display_name="BOB", email="other@example.org")
TOMORROW = NOON + timedelta(days=1)
DAY = Suspension(since=NOON, until=TOMORROW, reason="Spam.")
FOR_GOOD = Suspension(since=NOON, until=None, reason="Spam.")


@pytest.fixture(params=["fake", "sql"])
async def store(request: Any, work: SqlWork) -> Roles:
    if request.param == "fake":
        return FakeRoles(ADA, BOB)
    await work.users.add(ADA)
    await work.users.add(BOB)
    return work.roles


async def page_ids(store: Roles, now: datetime = NOON, **asked: Any) -> list[UserId]:
    return [
        account.user_id for account in (await store.page(AdminUserFilter(**asked), window(), now=now)).nodes
    ]


async def test_an_account_shows_address_and_roles(store: Roles) -> None:
    account = await store.account(ADA.id, now=NOON)

    assert account is not None
    assert (account.email, account.roles, account.suspension) == (ADA.email, ADA.roles, None)
    assert await store.account(UserId(mint("user")), now=NOON) is None


async def test_a_suspension_is_shown_until_its_end(store: Roles) -> None:
    await store.suspend(BOB.id, DAY)

    during = await store.account(BOB.id, now=TOMORROW - timedelta(seconds=1))
    after = await store.account(BOB.id, now=TOMORROW)

    assert during is not None
    assert after is not None
    assert (during.suspension, after.suspension) == (DAY, None)


async def test_a_lifted_suspension_is_gone(store: Roles) -> None:
    await store.suspend(BOB.id, FOR_GOOD)
    await store.suspend(BOB.id, None)

    account = await store.account(BOB.id, now=NOON)

    assert account is not None
    assert account.suspension is None


async def test_a_suspended_admin_does_not_count_as_another_admin(store: Roles) -> None:
    alone = await store.has_other_admin(ADA.id, now=NOON)
    await store.set_roles(BOB.id, [Role.LEARNER, Role.ADMIN])
    with_bob = await store.has_other_admin(ADA.id, now=NOON)
    await store.suspend(BOB.id, DAY)

    assert (alone, with_bob) == (False, True)
    assert not await store.has_other_admin(ADA.id, now=NOON)
    assert await store.has_other_admin(ADA.id, now=TOMORROW)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"query": "roles_"}, [BOB.id, ADA.id]),
        ({"query": "ROLES_A"}, [ADA.id]),
        ({"query": "ada ä"}, [ADA.id]),
        ({"query": "bob"}, [BOB.id]),
        ({"query": "other@"}, [BOB.id]),
        ({"query": "example.org"}, []),
        ({"role": Role.ADMIN}, [ADA.id]),
        ({"query": "roles_", "role": Role.LEARNER}, [BOB.id, ADA.id]),
        ({"suspended": True}, [BOB.id]),
        ({"suspended": False}, [ADA.id]),
        ({"query": "roles_", "role": Role.LEARNER, "suspended": True}, [BOB.id]),
    ],
)
async def test_a_page_contains_the_accounts_that_pass_every_condition(
    store: Roles, asked: dict[str, Any], expected: list[UserId]
) -> None:
    await store.suspend(BOB.id, FOR_GOOD)

    assert await page_ids(store, **asked) == expected


async def test_an_expired_suspension_does_not_match_the_filter(store: Roles) -> None:
    await store.suspend(BOB.id, DAY)

    assert await page_ids(store, suspended=True) == [BOB.id]
    assert await page_ids(store, TOMORROW, suspended=True) == []


async def test_pages_follow_each_other(store: Roles) -> None:
    first = await store.page(AdminUserFilter(), window(first=1), now=NOON)
    rest = await store.page(AdminUserFilter(), window(first=1, after=first.page_info.end_cursor), now=NOON)

    assert [a.user_id for a in (*first.nodes, *rest.nodes)] == [BOB.id, ADA.id]
    assert (first.has_next_page, rest.has_next_page) == (True, False)
