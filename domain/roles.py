"""Roles and suspensions: who may do what from now on, decided by admins and written down."""

from datetime import datetime
from typing import Protocol

from domain.entities import entity
from domain.errors import DomainError, ForbiddenError, InvalidInputError, NotFoundError
from domain.ids import UserId
from domain.paging import Page, Window
from domain.suspensions import Suspension
from domain.users import Role

SHORTEST_QUERY = 2
LONGEST_QUERY = 100


@entity
class AdminUser:
    """What admins see of an account; `deletes_at` is when it will be anonymised, if its owner asked for that."""

    user_id: UserId
    email: str
    email_verified: bool
    roles: list[Role]
    suspension: Suspension | None
    deletes_at: datetime | None
    erased_at: datetime | None


@entity
class AdminUserFilter:
    """Which accounts are asked for; None leaves a condition out."""

    query: str | None = None
    role: Role | None = None
    suspended: bool | None = None


class LastAdminError(DomainError):
    """The act would leave the platform without an admin."""

    code = "LAST_ADMIN"


class Roles(Protocol):
    """The accounts as admins see them."""

    async def hold(self) -> None:
        """Hold back every other change of roles, suspensions and deletions until the transaction ends."""

    async def account(self, user_id: UserId, *, now: datetime) -> AdminUser | None:
        """Return an account as it is now, with the suspension that holds at `now`."""

    async def has_other_admin(self, user_id: UserId, *, now: datetime) -> bool:
        """Tell whether somebody else is an admin who can sign in."""

    async def set_roles(self, user_id: UserId, roles: list[Role]) -> None:
        """Replace the roles of a user."""

    async def suspend(self, user_id: UserId, suspension: Suspension | None) -> None:
        """Suspend a user, or lift the suspension."""

    async def page(self, asked: AdminUserFilter, window: Window, *, now: datetime) -> Page[AdminUser]:
        """Return the accounts that pass the filter, newest first."""


async def require(roles: Roles, *, user_id: UserId, role: Role, now: datetime) -> None:
    """Raise ForbiddenError unless the user holds the role now, whatever their access token says."""
    account = await roles.account(user_id, now=now)
    held = account is not None and account.suspension is None and {role, Role.ADMIN} & {*account.roles}
    if not held:
        raise ForbiddenError(f"Only {role.value} may do this; your roles changed, so sign in again.")


async def keep_an_admin(roles: Roles, account: AdminUser, *, now: datetime) -> None:
    """Raise LastAdminError where nobody else is an admin; the caller holds the lock."""
    if Role.ADMIN in account.roles and not await roles.has_other_admin(account.user_id, now=now):
        raise LastAdminError("This is the last admin; make somebody else an admin first.")


def checked_filter(asked: AdminUserFilter) -> AdminUserFilter:
    """Return the filter when it is well formed; raises InvalidInputError."""
    if asked.query is not None and not SHORTEST_QUERY <= len(asked.query) <= LONGEST_QUERY:
        raise InvalidInputError(
            f"query must hold {SHORTEST_QUERY} to {LONGEST_QUERY} characters.", field="query"
        )
    return asked


async def held(roles: Roles, *, actor_id: UserId, user_id: UserId, now: datetime) -> AdminUser:
    """Take the lock, check that the actor is still an admin, and return the account to change."""
    await roles.hold()
    await require(roles, user_id=actor_id, role=Role.ADMIN, now=now)
    account = await existing(roles, user_id, now=now)
    if account.erased_at is not None:
        raise NotFoundError("There is no such user.", field="userId")
    return account


async def existing(roles: Roles, user_id: UserId, *, now: datetime) -> AdminUser:
    """Return an account; raises NotFoundError."""
    account = await roles.account(user_id, now=now)
    if account is None:
        raise NotFoundError("There is no such user.", field="userId")
    return account
