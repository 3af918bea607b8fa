"""One-time tokens in Postgres, by their digests."""

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select

from domain.authentication.one_time_tokens import OneTimeToken, TokenPurpose
from domain.ids import UserId
from persistence.database import SqlConnection
from persistence.statements import MOMENT, Statement, columns_for
from persistence.tables.authentication.one_time_tokens import one_time_tokens


def _token(digest: str, purpose: str, user_id: UserId, email: str, expires_at: datetime) -> OneTimeToken:
    return OneTimeToken(
        digest=digest, purpose=TokenPurpose(purpose), user_id=user_id, email=email, expires_at=expires_at
    )


_columns = columns_for(OneTimeToken, one_time_tokens)
_is_valid = (
    (one_time_tokens.c.digest == bindparam("digest"))
    & (one_time_tokens.c.purpose == bindparam("purpose"))
    & (one_time_tokens.c.expires_at > bindparam("now", type_=MOMENT))
)
_ADD = Statement(insert(one_time_tokens).values({c.name: bindparam(c.name) for c in one_time_tokens.c}))
_FIND = Statement(select(*_columns).where(_is_valid), _token)
_SPEND = Statement(delete(one_time_tokens).where(_is_valid).returning(*_columns), _token)
_VOID_ALL = Statement(delete(one_time_tokens).where(one_time_tokens.c.user_id == bindparam("user_id")))
_VOID = Statement(
    delete(one_time_tokens)
    .where(one_time_tokens.c.user_id == bindparam("user_id"))
    .where(one_time_tokens.c.purpose == bindparam("purpose"))
)
_FORGET = Statement(
    delete(one_time_tokens).where(one_time_tokens.c.expires_at <= bindparam("now", type_=MOMENT))
)


class SqlOneTimeTokens:
    """Tokens in the table `one_time_tokens`; spending deletes one, which only one caller can do."""

    def __init__(self, connection: SqlConnection) -> None:
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
        """Return a valid token without spending it."""
        return await self._connection.first(_FIND, digest=digest, purpose=purpose.value, now=now)

    async def spend(self, digest: str, *, purpose: TokenPurpose, now: datetime) -> OneTimeToken | None:
        """Delete a valid token and return it."""
        return await self._connection.first(_SPEND, digest=digest, purpose=purpose.value, now=now)

    async def void(self, user_id: UserId, *, purpose: TokenPurpose | None = None) -> None:
        """Delete the user's tokens, of one purpose or of all."""
        if purpose is None:
            await self._connection.run(_VOID_ALL, user_id=user_id)
        else:
            await self._connection.run(_VOID, user_id=user_id, purpose=purpose.value)

    async def forget(self, *, now: datetime) -> None:
        """Delete expired tokens."""
        await self._connection.run(_FORGET, now=now)
