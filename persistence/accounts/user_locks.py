"""Locks on the rows of users: what one user may have only so many of is counted under it."""

from sqlalchemy import bindparam, select

from domain.ids import UserId
from persistence.database import SqlConnection
from persistence.statements import ID, Statement
from persistence.tables.accounts.users import users

_LOCK = Statement(
    select(users.c.id).where(users.c.id == bindparam("user_id", type_=ID)).with_for_update(key_share=True)
)


async def lock_user(connection: SqlConnection, user_id: UserId) -> None:
    """Lock the user's row until the commit; rows that refer to it can still be added."""
    await connection.run(_LOCK, user_id=user_id)
