"""Roles and suspensions: accounts as admins see and change them."""

from datetime import datetime
from typing import Protocol

from domain.accounts.suspensions import Suspension
from domain.accounts.users import Role
from domain.acts import Act
from domain.entities import entity
from domain.errors import DomainError, ForbiddenError, InvalidInputError, NotFoundError
from domain.ids import UserId
from domain.paging import Page, Window

SHORTEST_QUERY = 2
LONGEST_QUERY = 100


@entity
class AdminUser:
    """An account as admins see it; `deletes_at` is when it will be anonymised, if its owner asked for that."""

    user_id: UserId
    email: str
    email_verified: bool
    roles: list[Role]
    suspension: Suspension | None
    deletes_at: datetime | None
    erased_at: datetime | None
    last_sign_in_at: datetime | None


@entity
class AdminUserFilter:
    """A filter of accounts; None leaves a condition out."""

    query: str | None = None
    role: Role | None = None
    suspended: bool | None = None


class LastAdminError(DomainError):
    """The act would leave the platform without an admin."""

    code = "LAST_ADMIN"


class Roles(Protocol):
    """The accounts as admins see them."""

    async def lock(self) -> None:
        """Block every other change of roles, suspensions and deletions until the transaction ends."""

    async def account(self, user_id: UserId, *, now: datetime) -> AdminUser | None:
        """Return an account, with the suspension that is in force at `now`."""

    async def has_other_admin(self, user_id: UserId, *, now: datetime) -> bool:
        """Tell whether another admin can sign in."""

    async def set_roles(self, user_id: UserId, roles: list[Role]) -> None:
        """Replace the roles of a user."""

    async def suspend(self, user_id: UserId, suspension: Suspension | None) -> None:
        """Suspend a user, or lift the suspension."""

    async def page(self, asked: AdminUserFilter, window: Window, *, now: datetime) -> Page[AdminUser]:
        """Return the accounts that pass the filter, newest first."""


async def require(roles: Roles, *, user_id: UserId, role: Role, now: datetime) -> None:
    """Raise ForbiddenError unless the user has the role now, whatever their access token says."""
    account = await roles.account(user_id, now=now)
    has_role = account is not None and account.suspension is None and {role, Role.ADMIN} & {*account.roles}
    if not has_role:
        raise ForbiddenError(f"Only {role.value} may do this; your roles changed, so sign in again.")


async def keep_an_admin(roles: Roles, account: AdminUser, *, now: datetime) -> None:
    """Raise LastAdminError if there is no other admin; take the lock first."""
    if Role.ADMIN in account.roles and not await roles.has_other_admin(account.user_id, now=now):
        raise LastAdminError("This is the last admin; make another user an admin first.")


def checked_filter(asked: AdminUserFilter) -> AdminUserFilter:
    """Return the filter if it is well formed; raises InvalidInputError."""
    if asked.query is not None and not SHORTEST_QUERY <= len(asked.query) <= LONGEST_QUERY:
        raise InvalidInputError(
            f"query must have {SHORTEST_QUERY} to {LONGEST_QUERY} characters.", field="query"
        )
    return asked


async def locked_account(roles: Roles, act: Act, user_id: UserId) -> AdminUser:
    """Take the lock, check that the actor is still an admin, and return the account to change.

    Raises ForbiddenError, or NotFoundError for an unknown or anonymised account.
    """
    await roles.lock()
    await require(roles, user_id=act.user_id, role=Role.ADMIN, now=act.now)
    account = await existing(roles, user_id, now=act.now)
    if account.erased_at is not None:
        raise NotFoundError("There is no such user.", field="userId")
    return account


async def existing(roles: Roles, user_id: UserId, *, now: datetime) -> AdminUser:
    """Return an account; raises NotFoundError."""
    account = await roles.account(user_id, now=now)
    if account is None:
        raise NotFoundError("There is no such user.", field="userId")
    return account
