"""Throttles in Postgres: one row a key, with the moments of its tries."""

from datetime import datetime

from sqlalchemy import ARRAY, Column, DateTime, Index, Table, Text, bindparam, delete, text, update

from domain.throttles import Limit
from persistence.base import Statement, metadata
from persistence.engine import Connection

_MOMENT = DateTime(timezone=True)

throttles = Table(
    "throttles",
    metadata,
    Column("key", Text(collation="C"), primary_key=True),
    Column("tries", ARRAY(_MOMENT), nullable=False),
    Column("ends_at", _MOMENT, nullable=False),
    Index("throttles_ends_at_idx", "ends_at"),
)

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
_KEEP = Statement(
    update(throttles).where(throttles.c.key == bindparam("name")).values(ends_at=throttles.c.ends_at)
)
_CLEAR = Statement(delete(throttles).where(throttles.c.key == bindparam("name")))
_FORGET = Statement(delete(throttles).where(throttles.c.ends_at <= bindparam("now", type_=_MOMENT)))


class SqlThrottles:
    """Tries in the table `throttles`; the lock of the upsert lets concurrent tries see each other."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def count(self, key: str, *, limit: Limit, now: datetime) -> datetime | None:
        """Count a try and return None, or, where there are as many as the limit, when the oldest of them ends."""
        if await self._connection.value(_COUNT, key=key, now=now, length=limit.window, most=limit.most):
            return None
        oldest: datetime | None = await self._connection.value(_OLDEST, key=key, now=now, length=limit.window)
        return (oldest or now) + limit.window

    async def take_back(self, key: str, *, at: datetime) -> None:
        """Forget one try."""
        await self._connection.run(_TAKE_BACK, key=key, at=at)

    async def keep(self, key: str) -> None:
        """Write the tries once more as they are."""
        await self._connection.run(_KEEP, name=key)

    async def clear(self, key: str) -> None:
        """Forget all tries."""
        await self._connection.run(_CLEAR, name=key)

    async def forget(self, *, now: datetime) -> None:
        """Remove the keys whose tries are all past."""
        await self._connection.run(_FORGET, now=now)
