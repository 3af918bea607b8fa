"""Roles and suspensions in Postgres: accounts as admins see them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    func,
    literal_column,
    not_,
    or_,
    select,
    union,
    update,
)

from domain.accounts.roles import AdminUser, AdminUserFilter
from domain.accounts.suspensions import Suspension
from domain.accounts.users import Role
from domain.ids import UserId
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.paging import Pages
from persistence.statements import MOMENT, Statement
from persistence.tables.accounts.users import users

_LOCK_KEY = 7_310_401
"""The advisory lock under which roles, suspensions and deletions change; an arbitrary unique number."""
_HIGHEST = "\U0010ffff"
_NOW = bindparam("now", type_=MOMENT)


def is_suspended(now: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a user is suspended at `now`."""
    lasting = or_(users.c.suspended_until.is_(None), users.c.suspended_until > now)
    return and_(users.c.suspended_at.is_not(None), lasting)


def is_active(now: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a user may act at `now`: neither suspended nor anonymised."""
    return and_(users.c.erased_at.is_(None), not_(is_suspended(now)))


def _account(
    user_id: UserId,
    email: str,
    verified: bool,
    roles: list[str],
    suspended: bool,
    since: datetime | None,
    until: datetime | None,
    reason: str | None,
    deletes_at: datetime | None,
    erased_at: datetime | None,
    last_sign_in_at: datetime | None,
) -> AdminUser:
    suspension = None
    if suspended and since is not None:
        suspension = Suspension(since=since, until=until, reason=reason or "")
    return AdminUser(
        user_id=user_id,
        email=email,
        email_verified=verified,
        roles=[role for role in Role if role.value in roles],
        suspension=suspension,
        deletes_at=deletes_at,
        erased_at=erased_at,
        last_sign_in_at=last_sign_in_at,
    )


_accounts = select(
    users.c.id,
    users.c.email,
    users.c.email_verified,
    users.c.roles,
    is_suspended(_NOW).label("suspended"),
    users.c.suspended_at,
    users.c.suspended_until,
    users.c.suspended_reason,
    users.c.deleting_at,
    users.c.erased_at,
    users.c.last_sign_in_at,
)
_is_admin = literal_column("'ADMIN' = ANY (users.roles)", type_=users.c.email_verified.type)


def _beginning(column: ColumnElement[Any]) -> Select[Any]:
    """Select users whose text in this column starts with the query, as a range that an index can follow."""
    low, high = bindparam("low", type_=Text), bindparam("high", type_=Text)
    return select(users.c.id).where(column.collate("C") >= low, column.collate("C") < high)


_found = (
    union(_beginning(users.c.handle), _beginning(users.c.email), _beginning(func.lower(users.c.display_name)))
    .cte("found")
    .prefix_with("MATERIALIZED")
)
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "query": users.c.id.in_(select(_found.c.id)),
    "role": bindparam("role", type_=Text) == any_(users.c.roles),
    "suspended": is_suspended(_NOW),
    "not_suspended": not_(is_suspended(_NOW)),
}


def _filtered(names: tuple[str, ...]) -> Pages[AdminUser]:
    return Pages(
        _accounts.where(*(_CONDITIONS[name] for name in names)),
        order=[users.c.id],
        descending=True,
        make=_account,
        key_of=lambda account: (account.user_id,),
        name="adminUsers",
    )


_PAGES = {
    names: _filtered(names)
    for query in ((), ("query",))
    for role in ((), ("role",))
    for state in ((), ("suspended",), ("not_suspended",))
    for names in [(*query, *role, *state)]
}
_LOCK = Statement(select(func.pg_advisory_xact_lock(_LOCK_KEY)))
_ACCOUNT = Statement(_accounts.where(users.c.id == bindparam("user_id")), _account)
_HAS_OTHER = Statement(
    select(
        select(users.c.id)
        .where(_is_admin, users.c.id != bindparam("user_id"), is_active(_NOW))
        .where(users.c.deleting_at.is_(None))
        .exists()
    )
)
_SET_ROLES = Statement(
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values(roles=bindparam("new_roles", type_=ARRAY(Text)))
)
_SUSPEND = Statement(
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values({name: bindparam(name) for name in ("suspended_at", "suspended_until", "suspended_reason")})
)


class SqlRoles:
    """Accounts in the table `users`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def lock(self) -> None:
        """Take one advisory lock until the commit; row locks would miss users who become admins meanwhile."""
        await self._connection.run(_LOCK)

    async def account(self, user_id: UserId, *, now: datetime) -> AdminUser | None:
        """Return an account as it is now."""
        return await self._connection.first(_ACCOUNT, user_id=user_id, now=now)

    async def has_other_admin(self, user_id: UserId, *, now: datetime) -> bool:
        """Tell whether another admin can sign in and has no pending deletion."""
        return bool(await self._connection.value(_HAS_OTHER, user_id=user_id, now=now))

    async def set_roles(self, user_id: UserId, roles: list[Role]) -> None:
        """Replace the roles of a user."""
        await self._connection.run(_SET_ROLES, user_id=user_id, new_roles=[role.value for role in roles])

    async def suspend(self, user_id: UserId, suspension: Suspension | None) -> None:
        """Suspend a user, or lift the suspension."""
        await self._connection.run(
            _SUSPEND,
            user_id=user_id,
            suspended_at=suspension and suspension.since,
            suspended_until=suspension and suspension.until,
            suspended_reason=suspension and suspension.reason,
        )

    async def page(self, asked: AdminUserFilter, window: Window, *, now: datetime) -> Page[AdminUser]:
        """Return the accounts that pass the filter, newest first."""
        values: dict[str, Any] = {}
        if asked.query is not None:
            low = asked.query.lower()
            values |= {"low": low, "high": low + _HIGHEST}
        if asked.role is not None:
            values["role"] = asked.role.value
        state = () if asked.suspended is None else ("suspended",) if asked.suspended else ("not_suspended",)
        names = (
            *(("query",) if asked.query is not None else ()),
            *(("role",) if asked.role is not None else ()),
            *state,
        )
        return await _PAGES[names].read(self._connection, window, now=now, **values)
