"""Accounts as admins see them, in memory."""

from dataclasses import replace
from datetime import datetime

from domain.accounts import suspensions
from domain.accounts.roles import AdminUser, AdminUserFilter
from domain.accounts.suspensions import Suspension
from domain.accounts.users import NewUser, Role
from domain.ids import UserId
from domain.paging import Page, Window, cut, expect


class FakeRoles:
    """Accounts by id."""

    def __init__(self, *users: NewUser) -> None:
        self.names = {user.id: (user.handle, user.display_name.lower(), user.email) for user in users}
        self.accounts = {
            user.id: AdminUser(
                user_id=user.id,
                email=user.email,
                email_verified=False,
                roles=user.roles,
                suspension=None,
                deletes_at=None,
                erased_at=None,
                last_sign_in_at=None,
            )
            for user in users
        }

    async def lock(self) -> None:
        pass

    async def account(self, user_id: UserId, *, now: datetime) -> AdminUser | None:
        found = self.accounts.get(user_id)
        if found is None or suspensions.is_in_force(found.suspension, now=now):
            return found
        return replace(found, suspension=None)

    async def has_other_admin(self, user_id: UserId, *, now: datetime) -> bool:
        return any(
            Role.ADMIN in other.roles
            and other.user_id != user_id
            and other.deletes_at is None
            and not suspensions.is_in_force(other.suspension, now=now)
            for other in self.accounts.values()
        )

    async def set_roles(self, user_id: UserId, roles: list[Role]) -> None:
        self.accounts[user_id] = replace(self.accounts[user_id], roles=roles)

    async def suspend(self, user_id: UserId, suspension: Suspension | None) -> None:
        self.accounts[user_id] = replace(self.accounts[user_id], suspension=suspension)

    async def page(self, asked: AdminUserFilter, window: Window, *, now: datetime) -> Page[AdminUser]:
        found = []
        for user_id in sorted(self.accounts, reverse=not window.backward):
            account = await self.account(user_id, now=now)
            if account is not None and self._passes(account, asked):
                found.append(account)
        key = expect(window, "adminUsers", str)
        if key is not None:
            last = key[0]
            found = [a for a in found if (a.user_id > last if window.backward else a.user_id < last)]
        return cut(found[: window.size + 1], window, lambda account: (account.user_id,), "adminUsers")

    def _passes(self, account: AdminUser, asked: AdminUserFilter) -> bool:
        matches = asked.query is None or any(
            name.startswith(asked.query.lower()) for name in self.names[account.user_id]
        )
        return (
            matches
            and (asked.role is None or asked.role in account.roles)
            and asked.suspended in (None, account.suspension is not None)
        )
