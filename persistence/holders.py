"""Addresses and password hashes in Postgres."""

import asyncpg
from sqlalchemy import ARRAY, Text, bindparam, select, text, update

from domain.holders import Holder
from domain.ids import UserId
from domain.users import EmailTakenError
from persistence.base import Statement, columns_for
from persistence.engine import Connection
from persistence.user_tables import users

_holder = select(*columns_for(Holder, users, user_id=users.c.id))
_BY_EMAIL = Statement(_holder.where(users.c.email == bindparam("email")), Holder)
_BY_ID = Statement(_holder.where(users.c.id == bindparam("id")), Holder)
_HOLD = Statement(_holder.where(users.c.id == bindparam("id")).with_for_update(key_share=True), Holder)
_change = update(users).where(users.c.id == bindparam("user_id"))
_SET_PASSWORD = Statement(_change.values(password_hash=bindparam("password_hash")))
_REHASH = Statement(
    _change.where(users.c.password_hash == bindparam("old", type_=Text)).values(
        password_hash=bindparam("new", type_=Text)
    )
)
_SET_EMAIL = Statement(_change.values(email=bindparam("email"), email_verified=True))
_FREE_HANDLE = Statement(
    select(text("handle"))
    .select_from(text("unnest(CAST(:candidates AS text[])) WITH ORDINALITY AS c (handle, place)"))
    .where(text("NOT EXISTS (SELECT FROM users WHERE users.handle = c.handle)"))
    .order_by(text("place"))
    .limit(1)
    .params(candidates=bindparam("candidates", type_=ARRAY(Text)))
)


class SqlHolders:
    """Columns of the table `users` that prove who somebody is."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def by_email(self, email: str) -> Holder | None:
        """Return who signs in with the address, which is in lower case."""
        return await self._connection.first(_BY_EMAIL, email=email)

    async def by_id(self, user_id: UserId) -> Holder | None:
        """Return the holder of the account."""
        return await self._connection.first(_BY_ID, id=user_id)

    async def hold(self, user_id: UserId) -> Holder | None:
        """Return the holder of the account; a lock on the row holds back every change of it."""
        return await self._connection.first(_HOLD, id=user_id)

    async def set_password(self, user_id: UserId, password_hash: str) -> None:
        """Replace the password."""
        await self._connection.run(_SET_PASSWORD, user_id=user_id, password_hash=password_hash)

    async def rehash(self, user_id: UserId, *, old: str, new: str) -> None:
        """Replace a hash by another of the same password, unless the password changed meanwhile."""
        await self._connection.run(_REHASH, user_id=user_id, old=old, new=new)

    async def set_verified_email(self, user_id: UserId, email: str) -> None:
        """Set an address that was proven; the unique index decides whether it is free."""
        try:
            await self._connection.run(_SET_EMAIL, user_id=user_id, email=email)
        except asyncpg.UniqueViolationError as clash:
            if clash.constraint_name == "users_email_key":
                raise EmailTakenError("Another account uses this e-mail; sign in to that one.") from None
            raise

    async def free_handle(self, candidates: list[str]) -> str | None:
        """Return the first of the handles that nobody has."""
        found: str | None = await self._connection.value(_FREE_HANDLE, candidates=candidates)
        return found
