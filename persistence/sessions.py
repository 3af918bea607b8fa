"""Sessions and refresh tokens in Postgres."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import (
    ARRAY,
    Column,
    DateTime,
    ForeignKey,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert

from domain.ids import SessionId, UserId
from domain.sessions import Session, Spent
from persistence.base import ID, Statement, columns_for, grouped, id_column, metadata
from persistence.engine import Connection

sessions = Table(
    "sessions",
    metadata,
    id_column(),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("last_used_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Column("device", Text),
    Column("address", Text),
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
_now = bindparam("now", type_=DateTime(timezone=True))
_is_open = and_(sessions.c.revoked_at.is_(None), sessions.c.expires_at > _now)
_ADD = Statement(
    plain_insert(sessions).values({name: bindparam(name) for name in Session.__slots__})  # type: ignore[attr-defined]
)
_ADD_TOKEN = Statement(
    insert(refresh_tokens)
    .values(
        token_hash=bindparam("token_hash"),
        session_id=bindparam("session_id"),
        created_at=_now,
    )
    .on_conflict_do_nothing(index_elements=["token_hash"])
)
_LOCK = Statement(
    select(refresh_tokens.c.spent_at, *columns_for(Session, sessions))
    .select_from(refresh_tokens.join(sessions))
    .where(refresh_tokens.c.token_hash == bindparam("token_hash"))
    .where(_is_open)
    .with_for_update(of=refresh_tokens)
)
_SPEND = Statement(
    update(refresh_tokens)
    .where(refresh_tokens.c.token_hash == bindparam("hash"))
    .where(refresh_tokens.c.spent_at.is_(None))
    .values(spent_at=_now)
)
_IS_UNSPENT = Statement(
    select(refresh_tokens.c.spent_at.is_(None)).where(refresh_tokens.c.token_hash == bindparam("token_hash"))
)
_TOUCH = Statement(
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"))
    .values(last_used_at=_now, address=bindparam("last_address"))
)
_OPEN = Statement(
    select(*columns_for(Session, sessions))
    .where(sessions.c.user_id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(sessions.c.user_id == bindparam("viewer_id"))
    .where(_is_open)
    .order_by(sessions.c.last_used_at.desc(), sessions.c.id.desc()),
    Session,
)
_END = Statement(
    update(sessions)
    .where(sessions.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(sessions.c.user_id == bindparam("owner_id"))
    .where(_is_open)
    .values(revoked_at=_now)
    .returning(*columns_for(Session, sessions)),
    Session,
)
_KNOWS_DEVICE = Statement(
    select(
        func.bool_or(
            and_(
                sessions.c.device.is_not_distinct_from(bindparam("known_device", type_=Text)),
                sessions.c.last_used_at >= bindparam("since", type_=DateTime(timezone=True)),
            )
        )
    ).where(sessions.c.user_id == bindparam("owner_id"))
)
_FORGET = Statement(
    delete(sessions)
    .where(sessions.c.last_used_at < bindparam("unused_since"))
    .where(or_(sessions.c.revoked_at.is_not(None), sessions.c.expires_at < bindparam("unused_since")))
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
        spent_before, *columns = rows[0]
        await self._connection.run(_SPEND, hash=token_hash, now=now)
        return Spent(session=_session(*columns), spent_before=spent_before)

    async def succeed(
        self, session_id: SessionId, *, token_hash: str, now: datetime, address: str | None
    ) -> None:
        """Store the successor of a spent token and the use of the session; the same one again adds nothing."""
        await self._connection.run(_ADD_TOKEN, token_hash=token_hash, session_id=session_id, now=now)
        await self._connection.run(_TOUCH, session_id=session_id, now=now, last_address=address)

    async def is_unspent(self, token_hash: str) -> bool:
        """Tell whether the token is known and was never presented."""
        return bool(await self._connection.value(_IS_UNSPENT, token_hash=token_hash))

    async def open_by_users(
        self, ids: Sequence[UserId], *, viewer_id: UserId, now: datetime
    ) -> list[list[Session]]:
        """Return one list per user, last used first; the statement itself leaves out everyone but the viewer."""
        found = await self._connection.all(_OPEN, ids=ids, viewer_id=viewer_id, now=now)
        return grouped(ids, found, lambda session: session.user_id)

    async def end(self, ids: Sequence[SessionId], *, user_id: UserId, now: datetime) -> list[Session]:
        """End those of the sessions that are the user's and open, and return them."""
        return await self._connection.all(_END, ids=ids, owner_id=user_id, now=now)

    async def knows_device(self, user_id: UserId, device: str | None, *, since: datetime) -> bool | None:
        """Tell whether a session on the device was used since then; None for who never had a session."""
        known: bool | None = await self._connection.value(
            _KNOWS_DEVICE, owner_id=user_id, known_device=device, since=since
        )
        return known

    async def forget(self, *, unused_since: datetime) -> None:
        """Remove the sessions that are over and were last used before then, with their tokens."""
        await self._connection.run(_FORGET, unused_since=unused_since)
