"""Answers about roles, suspensions and accounts, for admins."""

from datetime import datetime

from domain import appointing, suspending
from domain import roles as rules
from domain.ids import UserId
from domain.paging import Page, Window
from domain.roles import AdminUser, AdminUserFilter
from domain.users import Role
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
    asked = rules.checked_filter(AdminUserFilter(query=query, role=role, suspended=suspended))
    async with context.open_reads() as reads:
        await rules.require(reads.roles, user_id=context.user_id, role=Role.ADMIN, now=context.now())
        return await reads.roles.page(asked, window, now=context.now())


async def set_roles(context: Context, *, user_id: UserId, roles: list[Role]) -> AdminUser:
    """Replace the roles of a user."""
    async with context.open_work() as work:
        return await appointing.set_roles(
            work,
            actor_id=context.user_id,
            user_id=user_id,
            wanted=roles,
            now=context.now(),
            mint=context.ports.mint,
            origin=context.origin,
        )


async def suspend_user(
    context: Context, *, user_id: UserId, reason: str, until: datetime | None = None
) -> AdminUser:
    """Keep a user out."""
    async with context.open_work() as work:
        return await suspending.suspend_user(
            work,
            actor_id=context.user_id,
            user_id=user_id,
            reason=reason,
            until=until,
            now=context.now(),
            mint=context.ports.mint,
            origin=context.origin,
        )


async def restore_user(context: Context, *, user_id: UserId) -> AdminUser:
    """Let a suspended user in again."""
    async with context.open_work() as work:
        return await suspending.restore_user(
            work,
            actor_id=context.user_id,
            user_id=user_id,
            now=context.now(),
            mint=context.ports.mint,
            origin=context.origin,
        )
