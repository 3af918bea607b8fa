"""Accounts as admins see them, API keys and privacy, in memory."""

from dataclasses import replace
from datetime import datetime

from domain import suspensions
from domain.api_keys import LAST_USED_EVERY, ApiKey, KeyHolder
from domain.ids import ApiKeyId, UserId
from domain.paging import Page, Window, cut
from domain.privacy import Privacy, ProfileVisibility
from domain.roles import AdminUser, AdminUserFilter
from domain.suspensions import Suspension
from domain.users import NewUser, Role


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
            )
            for user in users
        }

    async def hold(self) -> None:
        pass

    async def account(self, user_id: UserId, *, now: datetime) -> AdminUser | None:
        found = self.accounts.get(user_id)
        if found is None or suspensions.holds(found.suspension, now=now):
            return found
        return replace(found, suspension=None)

    async def has_other_admin(self, user_id: UserId, *, now: datetime) -> bool:
        return any(
            Role.ADMIN in other.roles
            and other.user_id != user_id
            and other.deletes_at is None
            and not suspensions.holds(other.suspension, now=now)
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
        if window.key is not None:
            last = window.key[0]
            found = [a for a in found if (a.user_id > last if window.backward else a.user_id < last)]
        return cut(found[: window.size + 1], window, lambda account: (account.user_id,))

    def _passes(self, account: AdminUser, asked: AdminUserFilter) -> bool:
        begins = asked.query is None or any(
            name.startswith(asked.query.lower()) for name in self.names[account.user_id]
        )
        return (
            begins
            and (asked.role is None or asked.role in account.roles)
            and asked.suspended in (None, account.suspension is not None)
        )


class FakeApiKeys:
    """Keys by id, of users who are all active."""

    def __init__(self, *users: NewUser) -> None:
        self.users = {user.id: user for user in users}
        self.keys: dict[ApiKeyId, ApiKey] = {}
        self.hashes: dict[str, ApiKeyId] = {}

    async def add(self, key: ApiKey, *, key_hash: str) -> None:
        self.keys[key.id] = key
        self.hashes[key_hash] = key.id

    async def hold(self, user_id: UserId) -> int:
        return sum(key.user_id == user_id and key.revoked_at is None for key in self.keys.values())

    async def revoke(self, key_id: ApiKeyId, *, user_id: UserId, now: datetime) -> ApiKey | None:
        key = self.keys.get(key_id)
        if key is None or key.user_id != user_id or key.revoked_at is not None:
            return None
        self.keys[key_id] = replace(key, revoked_at=now)
        return self.keys[key_id]

    async def of_users(self, ids: list[UserId], *, viewer_id: UserId) -> list[list[ApiKey]]:
        newest_first = sorted(self.keys.values(), key=lambda key: key.id, reverse=True)
        return [
            [key for key in newest_first if key.user_id == id_ == viewer_id and key.revoked_at is None]
            for id_ in ids
        ]

    async def holder(self, key_hash: str, *, now: datetime) -> KeyHolder | None:
        key = self.keys.get(self.hashes.get(key_hash, ApiKeyId("")))
        if key is None or key.revoked_at is not None or key.expires_at <= now:
            return None
        return KeyHolder(
            key_id=key.id,
            user_id=key.user_id,
            roles=self.users[key.user_id].roles,
            version=0,
            scopes=key.scopes,
            expires_at=key.expires_at,
            last_used_at=key.last_used_at,
        )

    async def used(self, key_id: ApiKeyId, *, now: datetime) -> None:
        hour = now.replace(minute=0, second=0, microsecond=0)
        assert now - hour < LAST_USED_EVERY
        self.keys[key_id] = replace(self.keys[key_id], last_used_at=hour)


class FakePrivacies:
    """Decisions by user; everybody begins with everything shown."""

    def __init__(self, *users: NewUser) -> None:
        everyone = ProfileVisibility.EVERYONE
        self.decided = {
            user.id: Privacy(
                user_id=user.id, avatar_url=everyone, bio=everyone, joined_at=everyone, on_boards=True
            )
            for user in users
        }

    async def of_users(self, ids: list[UserId], *, viewer_id: UserId) -> list[Privacy | None]:
        return [self.decided.get(id_) if id_ == viewer_id else None for id_ in ids]

    async def hold(self, user_id: UserId) -> Privacy | None:
        return self.decided.get(user_id)

    async def save(self, privacy: Privacy) -> None:
        before = self.decided[privacy.user_id]
        self.decided[privacy.user_id] = replace(privacy, on_boards=before.on_boards)
