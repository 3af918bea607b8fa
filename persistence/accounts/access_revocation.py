"""Access revocation in Postgres: a version on each user, and the changes of the last hour."""

from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, update

from domain.accounts.access_revocation import AccessChange, Changes, TokenClaims
from domain.accounts.suspensions import Suspension
from domain.accounts.users import Role
from domain.errors import NotFoundError
from domain.ids import UserId
from persistence.database import SqlConnection
from persistence.statements import Statement, columns_for
from persistence.tables.accounts.access_revocation import access_changes
from persistence.tables.accounts.users import users

_CLAIMS = Statement(
    select(
        users.c.roles,
        users.c.access_version,
        users.c.suspended_at,
        users.c.suspended_until,
        users.c.suspended_reason,
    )
    .where(users.c.id == bindparam("user_id"))
    .where(users.c.erased_at.is_(None))
    .with_for_update(key_share=True)
)
_RAISE = Statement(
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values(access_version=users.c.access_version + 1)
    .returning(users.c.access_version)
)
_NOTE = Statement(
    insert(access_changes).values(
        {name: bindparam(name) for name in ("user_id", "session_id", "version", "happened_at")}
    )
)
_SINCE = Statement(
    select(*columns_for(AccessChange, access_changes))
    .where(access_changes.c.written_by >= bindparam("mark"))
    .where(access_changes.c.happened_at >= bindparam("earliest"))
    .order_by(access_changes.c.id),
    AccessChange,
)
_MARK = Statement(select(func.txid_snapshot_xmin(func.txid_current_snapshot())))
_FORGET = Statement(delete(access_changes).where(access_changes.c.happened_at < bindparam("before")))


class SqlAccess:
    """Changes in the table `access_changes`, versions in `users`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def claims(self, user_id: UserId) -> TokenClaims | None:
        """Return the user's claims; a row lock blocks every change of them until the transaction ends."""
        rows = await self._connection.rows(_CLAIMS, user_id=user_id)
        if not rows:
            return None
        roles, version, since, until, reason = rows[0]
        suspension = since and Suspension(since=since, until=until, reason=reason or "")
        return TokenClaims(roles=[Role(name) for name in roles], version=version, suspension=suspension)

    async def raise_version(self, user_id: UserId) -> int:
        """Void every access token of the user; return the version that the next ones carry."""
        version: int | None = await self._connection.value(_RAISE, user_id=user_id)
        if version is None:
            raise NotFoundError("There is no such user.")
        return version

    async def note(self, change: AccessChange, *, now: datetime) -> None:
        """Store a change for the processes that miss its signal."""
        await self._connection.run(
            _NOTE,
            user_id=change.user_id,
            session_id=change.session_id,
            version=change.version,
            happened_at=now,
        )

    async def since(self, mark: int, *, earliest: datetime) -> Changes:
        """Return the changes of transactions that ended after the read that gave `mark`.

        The new mark is read first, so that the next read finds every transaction that is still open now.
        """
        new_mark: int = await self._connection.value(_MARK)
        found = await self._connection.all(_SINCE, mark=mark, earliest=earliest)
        return Changes(changes=found, mark=new_mark)

    async def forget(self, *, before: datetime) -> None:
        """Remove the changes that are older than every valid access token."""
        await self._connection.run(_FORGET, before=before)
