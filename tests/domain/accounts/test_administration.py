"""Roles: admins are checked in the store, and one admin always remains."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.accounts import roles
from domain.accounts.roles import AdminUserFilter, LastAdminError
from domain.accounts.suspensions import Suspension
from domain.accounts.users import Role
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from domain.ids import UserId
from tests.builders import a_user
from tests.builders.acts import an_act
from tests.fakes.roles import FakeRoles

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADMIN = a_user(roles=[Role.LEARNER, Role.ADMIN])
LEARNER = a_user()


async def test_roles_are_read_from_the_store_and_admins_have_all_of_them() -> None:
    store = FakeRoles(ADMIN, LEARNER)

    await roles.require(store, user_id=ADMIN.id, role=Role.MODERATOR, now=NOON)
    for user_id in (LEARNER.id, UserId("user_of_nobody")):
        with pytest.raises(ForbiddenError):
            await roles.require(store, user_id=user_id, role=Role.MODERATOR, now=NOON)


async def test_a_suspended_admin_is_no_admin_until_the_suspension_ends() -> None:
    store = FakeRoles(ADMIN)
    tomorrow = NOON + timedelta(days=1)
    await store.suspend(ADMIN.id, Suspension(since=NOON, until=tomorrow, reason="Spam."))

    with pytest.raises(ForbiddenError):
        await roles.require(store, user_id=ADMIN.id, role=Role.ADMIN, now=NOON)
    await roles.require(store, user_id=ADMIN.id, role=Role.ADMIN, now=tomorrow)


async def test_the_last_admin_stays_one() -> None:
    store = FakeRoles(ADMIN, LEARNER)
    account = await roles.existing(store, ADMIN.id, now=NOON)

    with pytest.raises(LastAdminError):
        await roles.keep_an_admin(store, account, now=NOON)
    await store.set_roles(LEARNER.id, [Role.LEARNER, Role.ADMIN])
    await roles.keep_an_admin(store, account, now=NOON)


async def test_a_user_without_the_admin_role_is_not_the_last_admin() -> None:
    store = FakeRoles(LEARNER)

    await roles.keep_an_admin(store, await roles.existing(store, LEARNER.id, now=NOON), now=NOON)


async def test_an_unknown_user_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        await roles.locked_account(FakeRoles(ADMIN), an_act(actor_id=ADMIN.id), LEARNER.id)


@pytest.mark.parametrize("query", ["", "a", "x" * 101])
def test_a_query_is_neither_too_short_nor_too_long(query: str) -> None:
    with pytest.raises(InvalidInputError):
        roles.checked_filter(AdminUserFilter(query=query))
