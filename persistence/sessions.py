"""Sessions and refresh tokens in Postgres."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Column, DateTime, ForeignKey, Table, Text, bindparam, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert

from domain.ids import SessionId
from domain.sessions import Session, Spent
from domain.users import Role
from persistence.base import ID, Statement, columns_for, id_column, metadata
from persistence.engine import Connection
from persistence.users import users

sessions = Table(
    "sessions",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("last_used_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
)
refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", Text(collation="C"), primary_key=True),
    Column("session_id", ID, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("spent_at", DateTime(timezone=True)),
)

_session: Callable[..., Session] = Session
_ADD = Statement(
    plain_insert(sessions).values({name: bindparam(name) for name in Session.__slots__})  # type: ignore[attr-defined]
)
_ADD_TOKEN = Statement(
    insert(refresh_tokens)
    .values(
        token_hash=bindparam("token_hash"),
        session_id=bindparam("session_id"),
        created_at=bindparam("now", type_=DateTime(timezone=True)),
    )
    .on_conflict_do_nothing(index_elements=["token_hash"])
)
_LOCK = Statement(
    select(refresh_tokens.c.spent_at, *columns_for(Session, sessions), users.c.roles)
    .select_from(refresh_tokens.join(sessions).join(users, sessions.c.user_id == users.c.id))
    .where(refresh_tokens.c.token_hash == bindparam("token_hash"))
    .where(sessions.c.revoked_at.is_(None))
    .where(sessions.c.expires_at > bindparam("now", type_=DateTime(timezone=True)))
    .with_for_update(of=refresh_tokens)
)
_SPEND = Statement(
    update(refresh_tokens)
    .where(refresh_tokens.c.token_hash == bindparam("hash"))
    .where(refresh_tokens.c.spent_at.is_(None))
    .values(spent_at=bindparam("now", type_=DateTime(timezone=True)))
)
_IS_UNSPENT = Statement(
    select(refresh_tokens.c.spent_at.is_(None)).where(refresh_tokens.c.token_hash == bindparam("token_hash"))
)
_TOUCH = Statement(
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"))
    .values(last_used_at=bindparam("now", type_=DateTime(timezone=True)))
)
_REVOKE = Statement(
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"))
    .where(sessions.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("now", type_=DateTime(timezone=True)))
)


class SqlSessions:
    """Sessions in the table `sessions`, hashes of their tokens in `refresh_tokens`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, session: Session, *, token_hash: str) -> None:
        """Store a session with its first refresh token."""
        values = {name: getattr(session, name) for name in Session.__slots__}  # type: ignore[attr-defined]
        await self._connection.run(_ADD, **values)
        await self._connection.run(
            _ADD_TOKEN, token_hash=token_hash, session_id=session.id, now=session.created_at
        )

    async def spend(self, token_hash: str, *, now: datetime) -> Spent | None:
        """Lock the token's row, so that concurrent calls see each other, and mark it spent."""
        rows = await self._connection.rows(_LOCK, token_hash=token_hash, now=now)
        if not rows:
            return None
        spent_before, *columns, roles = rows[0]
        await self._connection.run(_SPEND, hash=token_hash, now=now)
        session = _session(*columns)
        return Spent(session=session, spent_before=spent_before, roles=[Role(r) for r in roles])

    async def succeed(self, session_id: SessionId, *, token_hash: str, now: datetime) -> None:
        """Store the successor of a spent token; storing it again changes nothing."""
        await self._connection.run(_ADD_TOKEN, token_hash=token_hash, session_id=session_id, now=now)
        await self._connection.run(_TOUCH, session_id=session_id, now=now)

    async def is_unspent(self, token_hash: str) -> bool:
        """Tell whether the token is known and was never presented."""
        return bool(await self._connection.value(_IS_UNSPENT, token_hash=token_hash))

    async def revoke(self, session_id: SessionId, *, now: datetime) -> None:
        """End a session; its tokens are refused from then on."""
        await self._connection.run(_REVOKE, session_id=session_id, now=now)
