"""One-time tokens in Postgres, by their digests."""

from datetime import datetime

from sqlalchemy import Column, DateTime, ForeignKey, Index, Table, Text, bindparam, delete, insert, select

from domain.ids import UserId
from domain.one_time_tokens import OneTimeToken, TokenPurpose
from persistence.base import ID, Statement, columns_for, metadata
from persistence.engine import Connection

_MOMENT = DateTime(timezone=True)

one_time_tokens = Table(
    "one_time_tokens",
    metadata,
    Column("digest", Text(collation="C"), primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("email", Text, nullable=False),
    Column("expires_at", _MOMENT, nullable=False),
    Index("one_time_tokens_user_id_idx", "user_id"),
    Index("one_time_tokens_expires_at_idx", "expires_at"),
)


def _token(digest: str, purpose: str, user_id: UserId, email: str, expires_at: datetime) -> OneTimeToken:
    return OneTimeToken(
        digest=digest, purpose=TokenPurpose(purpose), user_id=user_id, email=email, expires_at=expires_at
    )


_columns = columns_for(OneTimeToken, one_time_tokens)
_good = (
    (one_time_tokens.c.digest == bindparam("digest"))
    & (one_time_tokens.c.purpose == bindparam("purpose"))
    & (one_time_tokens.c.expires_at > bindparam("now", type_=_MOMENT))
)
_ADD = Statement(insert(one_time_tokens).values({c.name: bindparam(c.name) for c in one_time_tokens.c}))
_FIND = Statement(select(*_columns).where(_good), _token)
_SPEND = Statement(delete(one_time_tokens).where(_good).returning(*_columns), _token)
_VOID_ALL = Statement(delete(one_time_tokens).where(one_time_tokens.c.user_id == bindparam("user_id")))
_VOID = Statement(
    delete(one_time_tokens)
    .where(one_time_tokens.c.user_id == bindparam("user_id"))
    .where(one_time_tokens.c.purpose == bindparam("purpose"))
)
_FORGET = Statement(
    delete(one_time_tokens).where(one_time_tokens.c.expires_at <= bindparam("now", type_=_MOMENT))
)


class SqlOneTimeTokens:
    """Tokens in the table `one_time_tokens`; a spent one is deleted, which only one caller can do."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, token: OneTimeToken) -> None:
        """Store a token."""
        await self._connection.run(
            _ADD,
            digest=token.digest,
            purpose=token.purpose.value,
            user_id=token.user_id,
            email=token.email,
            expires_at=token.expires_at,
        )

    async def find(self, digest: str, *, purpose: TokenPurpose, now: datetime) -> OneTimeToken | None:
        """Return a token that is still good, and leave it so."""
        return await self._connection.first(_FIND, digest=digest, purpose=purpose.value, now=now)

    async def spend(self, digest: str, *, purpose: TokenPurpose, now: datetime) -> OneTimeToken | None:
        """Delete a token that is still good and return it."""
        return await self._connection.first(_SPEND, digest=digest, purpose=purpose.value, now=now)

    async def void(self, user_id: UserId, *, purpose: TokenPurpose | None = None) -> None:
        """Delete the user's tokens, of one purpose or of all."""
        if purpose is None:
            await self._connection.run(_VOID_ALL, user_id=user_id)
        else:
            await self._connection.run(_VOID, user_id=user_id, purpose=purpose.value)

    async def forget(self, *, now: datetime) -> None:
        """Delete the tokens that are too old."""
        await self._connection.run(_FORGET, now=now)
