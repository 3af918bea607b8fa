"""Resolvers of roles, suspensions and accounts, for admins."""

from datetime import datetime

from domain.accounts import administration
from domain.accounts import roles as accounts_roles
from domain.accounts.roles import AdminUser, AdminUserFilter
from domain.accounts.users import Role
from domain.ids import UserId
from domain.paging import Page, Window
from resolvers.context import Context


async def admin_users(
    context: Context,
    *,
    window: Window,
    query: str | None = None,
    role: Role | None = None,
    suspended: bool | None = None,
) -> Page[AdminUser]:
    """Return a page of accounts for an admin, newest first."""
    asked = accounts_roles.checked_filter(AdminUserFilter(query=query, role=role, suspended=suspended))
    async with context.open_reads() as reads:
        await accounts_roles.require(reads.roles, user_id=context.user_id, role=Role.ADMIN, now=context.now())
        return await reads.roles.page(asked, window, now=context.now())


async def set_roles(context: Context, *, user_id: UserId, roles: list[Role]) -> AdminUser:
    """Replace the roles of a user."""
    async with context.open_work() as work:
        return await administration.set_roles(work, context.act(), user_id=user_id, wanted=roles)


async def suspend_user(
    context: Context, *, user_id: UserId, reason: str, until: datetime | None = None
) -> AdminUser:
    """Suspend a user."""
    async with context.open_work() as work:
        return await administration.suspend_user(
            work, context.act(), user_id=user_id, reason=reason, until=until
        )


async def restore_user(context: Context, *, user_id: UserId) -> AdminUser:
    """Lift the suspension of a user."""
    async with context.open_work() as work:
        return await administration.restore_user(work, context.act(), user_id=user_id)
