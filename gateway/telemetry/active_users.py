"""Active users: how many asked for something lately, in all processes where they share a Redis."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from redis.exceptions import RedisError

from persistence.monitoring import active_users
from persistence.monitoring.active_users import DAY, RECENT
from persistence.redis_client import AnyRedis

EXCHANGE_EVERY_S = 15.0
"""How often a process tells Redis its users and asks for those of all, in seconds."""
MOST_REMEMBERED = 200_000
"""Of how many users a process without Redis knows when they were last active."""
_PATIENCE_S = 1.0


class ActiveUsers:
    """Counts users with an operation in the last 5 minutes and 24 hours.

    `seen` takes the users of operations, and is emptied at each exchange. While Redis does not answer, the figures are
    those of this process alone, as without Redis.
    """

    def __init__(self, redis: AnyRedis | None) -> None:
        self.seen: set[str] = set()
        self._redis = redis
        self._last: dict[str, datetime] = {}
        self.counts: dict[tuple[str, ...], float] = {("5m",): 0, ("24h",): 0}
        """How many, of the last exchange."""

    async def exchange(self, now: datetime) -> None:
        """Count anew."""
        users, self.seen = self.seen, set()
        self._remember(users, now)
        recent, day = self._own(now)
        if self._redis is not None:
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    recent, day = await active_users.exchange(self._redis, users, now=now)
            except (RedisError, OSError):  # a TimeoutError is an OSError
                self.seen |= users
        self.counts = {("5m",): recent, ("24h",): day}

    def _remember(self, users: set[str], now: datetime) -> None:
        for user in users:
            self._last.pop(user, None)
            self._last[user] = now
        while self._last:
            oldest = next(iter(self._last))
            if len(self._last) <= MOST_REMEMBERED and now - self._last[oldest] <= DAY:
                break
            del self._last[oldest]

    def _own(self, now: datetime) -> tuple[int, int]:
        return sum(now - at <= RECENT for at in self._last.values()), len(self._last)


@asynccontextmanager
async def running(counted: ActiveUsers, now: Callable[[], datetime]) -> AsyncIterator[None]:
    """Exchange every 15 seconds inside the block."""

    async def keep() -> None:
        while True:
            await asyncio.sleep(EXCHANGE_EVERY_S)
            await counted.exchange(now())

    task = asyncio.create_task(keep())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
