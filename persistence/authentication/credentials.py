"""Credentials in Postgres: addresses and password hashes."""

import asyncpg
from sqlalchemy import ARRAY, Text, bindparam, select, text, update

from domain.accounts.users import EmailTakenError
from domain.authentication.credentials import Credentials
from domain.ids import UserId
from persistence.database import SqlConnection
from persistence.statements import Statement, columns_for
from persistence.tables.accounts.users import users

_credentials_of = select(*columns_for(Credentials, users, user_id=users.c.id))
_BY_EMAIL = Statement(_credentials_of.where(users.c.email == bindparam("email")), Credentials)
_BY_ID = Statement(_credentials_of.where(users.c.id == bindparam("id")), Credentials)
_LOCK = Statement(
    _credentials_of.where(users.c.id == bindparam("id")).with_for_update(key_share=True), Credentials
)
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


class SqlCredentials:
    """Credentials in columns of the table `users`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def by_email(self, email: str) -> Credentials | None:
        """Return the credentials with this address, which is in lower case."""
        return await self._connection.first(_BY_EMAIL, email=email)

    async def by_id(self, user_id: UserId) -> Credentials | None:
        """Return the credentials of the account."""
        return await self._connection.first(_BY_ID, id=user_id)

    async def lock(self, user_id: UserId) -> Credentials | None:
        """Return the credentials of the account; a row lock blocks every change until the transaction ends."""
        return await self._connection.first(_LOCK, id=user_id)

    async def set_password(self, user_id: UserId, password_hash: str) -> None:
        """Replace the password."""
        await self._connection.run(_SET_PASSWORD, user_id=user_id, password_hash=password_hash)

    async def rehash(self, user_id: UserId, *, old: str, new: str) -> None:
        """Replace a hash by another of the same password, unless the password has changed meanwhile."""
        await self._connection.run(_REHASH, user_id=user_id, old=old, new=new)

    async def set_verified_email(self, user_id: UserId, email: str) -> None:
        """Set an address that was verified; the unique index decides whether it is free."""
        try:
            await self._connection.run(_SET_EMAIL, user_id=user_id, email=email)
        except asyncpg.UniqueViolationError as clash:
            if clash.constraint_name == "users_email_key":
                raise EmailTakenError("Another account uses this e-mail; sign in to that one.") from None
            raise

    async def free_handle(self, candidates: list[str]) -> str | None:
        """Return the first of the handles that is free."""
        found: str | None = await self._connection.value(_FREE_HANDLE, candidates=candidates)
        return found
