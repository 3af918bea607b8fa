"""Attempt limits in Postgres: one row per key, with the moments of its attempts."""

from datetime import datetime

from sqlalchemy import bindparam, delete, text, update

from domain.authentication.attempt_limits import AttemptLimit
from persistence.database import SqlConnection
from persistence.statements import MOMENT, Statement
from persistence.tables.authentication.attempt_limits import throttles

_COUNT = Statement(
    text(
        """
        INSERT INTO throttles AS t (key, tries, ends_at)
        VALUES (
            CAST(:key AS text),
            ARRAY[CAST(:now AS timestamptz)],
            CAST(:now AS timestamptz) + CAST(:length AS interval)
        )
        ON CONFLICT (key) DO UPDATE SET
            tries = ARRAY(
                SELECT at FROM unnest(t.tries) AS at WHERE at > CAST(:now AS timestamptz) - CAST(:length AS interval)
            ) || CAST(:now AS timestamptz),
            ends_at = excluded.ends_at
        WHERE (
            SELECT count(*) FROM unnest(t.tries) AS at
            WHERE at > CAST(:now AS timestamptz) - CAST(:length AS interval)
        ) < CAST(:most AS bigint)
        RETURNING true
        """
    )
)
_OLDEST = Statement(
    text(
        """
        SELECT min(at) FROM throttles AS t, unnest(t.tries) AS at
        WHERE t.key = CAST(:key AS text) AND at > CAST(:now AS timestamptz) - CAST(:length AS interval)
        """
    )
)
_TAKE_BACK = Statement(
    text(
        """
        UPDATE throttles SET tries =
            tries[1 : array_position(tries, CAST(:at AS timestamptz)) - 1]
            || tries[array_position(tries, CAST(:at AS timestamptz)) + 1 : cardinality(tries)]
        WHERE key = CAST(:key AS text) AND CAST(:at AS timestamptz) = ANY (tries)
        """
    )
)
_REWRITE = Statement(
    update(throttles).where(throttles.c.key == bindparam("name")).values(ends_at=throttles.c.ends_at)
)
_CLEAR = Statement(delete(throttles).where(throttles.c.key == bindparam("name")))
_FORGET = Statement(delete(throttles).where(throttles.c.ends_at <= bindparam("now", type_=MOMENT)))


class SqlAttemptLimits:
    """Attempts in the table `throttles`; the lock of the upsert makes concurrent attempts see each other."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def count(self, key: str, *, limit: AttemptLimit, now: datetime) -> datetime | None:
        """Count an attempt and return None, or, if the limit is reached, return when the oldest one expires."""
        if await self._connection.value(_COUNT, key=key, now=now, length=limit.window, most=limit.most):
            return None
        oldest: datetime | None = await self._connection.value(_OLDEST, key=key, now=now, length=limit.window)
        return (oldest or now) + limit.window

    async def take_back(self, key: str, *, at: datetime) -> None:
        """Remove one attempt."""
        await self._connection.run(_TAKE_BACK, key=key, at=at)

    async def rewrite(self, key: str) -> None:
        """Store the attempts again unchanged."""
        await self._connection.run(_REWRITE, name=key)

    async def clear(self, key: str) -> None:
        """Remove all attempts."""
        await self._connection.run(_CLEAR, name=key)

    async def forget(self, *, now: datetime) -> None:
        """Remove the keys whose attempts have all expired."""
        await self._connection.run(_FORGET, now=now)
