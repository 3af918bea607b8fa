"""Sessions and refresh tokens in Postgres."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import ARRAY, Text, and_, any_, bindparam, delete, func, or_, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert

from domain.authentication.sessions import Session, Spent
from domain.ids import SessionId, UserId
from persistence.database import SqlConnection
from persistence.statements import ID, MOMENT, Statement, by_key, columns_for, grouped
from persistence.tables.accounts.users import users
from persistence.tables.authentication.sessions import refresh_tokens, sessions

_session: Callable[..., Session] = Session
_now = bindparam("now", type_=MOMENT)
_is_open = and_(sessions.c.revoked_at.is_(None), sessions.c.expires_at > _now)
_ADD = Statement(
    plain_insert(sessions)
    .values({name: bindparam(name) for name in Session.__slots__})  # type: ignore[attr-defined]
    .add_cte(
        update(users)
        .where(users.c.id == bindparam("user_id"))
        .values(last_sign_in_at=bindparam("created_at", type_=MOMENT))
        .cte("signed_in")
    )
)
_ADD_TOKEN = Statement(
    insert(refresh_tokens)
    .values(token_hash=bindparam("token_hash"), session_id=bindparam("session_id"), created_at=_now)
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
    .values(
        last_used_at=_now, expires_at=bindparam("ends_at", type_=MOMENT), address=bindparam("last_address")
    )
)
_OPEN = Statement(
    select(*columns_for(Session, sessions))
    .where(sessions.c.user_id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(sessions.c.user_id == bindparam("viewer_id"))
    .where(_is_open)
    .order_by(sessions.c.last_used_at.desc(), sessions.c.id.desc()),
    Session,
)
_BY_IDS = Statement(
    select(*columns_for(Session, sessions))
    .where(sessions.c.id == any_(bindparam("ids", type_=ARRAY(ID))))
    .where(sessions.c.user_id == bindparam("viewer_id"))
    .where(_is_open),
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
                sessions.c.last_used_at >= bindparam("since", type_=MOMENT),
            )
        )
    ).where(sessions.c.user_id == bindparam("owner_id"))
)
_FORGET = Statement(
    delete(sessions)
    .where(sessions.c.last_used_at < bindparam("unused_since"))
    .where(or_(sessions.c.revoked_at.is_not(None), sessions.c.expires_at < bindparam("unused_since")))
)
_FORGET_SPENT = Statement(delete(refresh_tokens).where(refresh_tokens.c.spent_at < bindparam("unused_since")))


class SqlSessions:
    """Sessions in the table `sessions`, hashes of their tokens in `refresh_tokens`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, session: Session, *, token_hash: str) -> None:
        """Store a session with its first refresh token, and note the sign-in with the account."""
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

    async def succeed(self, session: Session, *, token_hash: str) -> None:
        """Store the successor of a spent token, and the last use and the end of the session."""
        now = session.last_used_at
        await self._connection.run(_ADD_TOKEN, token_hash=token_hash, session_id=session.id, now=now)
        await self._connection.run(
            _TOUCH,
            session_id=session.id,
            now=now,
            ends_at=session.expires_at,
            last_address=session.address,
        )

    async def is_unspent(self, token_hash: str) -> bool:
        """Tell whether the token exists and was never presented."""
        return bool(await self._connection.value(_IS_UNSPENT, token_hash=token_hash))

    async def open_by_users(
        self, ids: Sequence[UserId], *, viewer_id: UserId, now: datetime
    ) -> list[list[Session]]:
        """Return one list per user, most recently used first; the statement itself reads the viewer's only."""
        found = await self._connection.all(_OPEN, ids=ids, viewer_id=viewer_id, now=now)
        return grouped(ids, found, lambda session: session.user_id)

    async def by_ids(
        self, ids: Sequence[SessionId], *, viewer_id: UserId, now: datetime
    ) -> list[Session | None]:
        """Return one slot per id, in their order; only the viewer's open ones are filled."""
        found = await self._connection.all(_BY_IDS, ids=ids, viewer_id=viewer_id, now=now)
        return by_key(ids, found, lambda session: session.id)

    async def end(self, ids: Sequence[SessionId], *, user_id: UserId, now: datetime) -> list[Session]:
        """End the user's open sessions among these, and return them."""
        return await self._connection.all(_END, ids=ids, owner_id=user_id, now=now)

    async def knows_device(self, user_id: UserId, device: str | None, *, since: datetime) -> bool | None:
        """Tell whether a session on the device was used since then; None if the user never had a session."""
        known: bool | None = await self._connection.value(
            _KNOWS_DEVICE, owner_id=user_id, known_device=device, since=since
        )
        return known

    async def forget(self, *, unused_since: datetime) -> None:
        """Remove the sessions that are over and were last used before then, and tokens that were spent before then."""
        await self._connection.run(_FORGET, unused_since=unused_since)
        await self._connection.run(_FORGET_SPENT, unused_since=unused_since)
