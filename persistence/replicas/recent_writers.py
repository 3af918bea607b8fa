"""Recent writers: who has changed something in any process, kept in Redis for as long as a replica may be late."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from redis.exceptions import RedisError

from domain.ids import UserId
from persistence import redis_recovery
from persistence.redis_client import AnyRedis
from persistence.redis_recovery import Recovery

KEY = "questpath:1:{wrote}"
"""The braces keep all keys on one node of a cluster, so that one command reads several."""
MARGIN_S = 1.0
"""How much longer than a replica may be late a key is kept: for the way to Redis, and clocks that run unevenly."""
_PATIENCE_S = 0.25
_MOST_CONNECTIONS = 8
_log = structlog.get_logger("persistence.replicas")


class RecentWriters:
    """Users who have changed something within `window_s` seconds.

    While Redis does not answer, and for the window after that, every user may be one. `unshared` counts the changes
    that other processes did not learn of.
    """

    def __init__(self, redis: AnyRedis, window_s: float, clock: Callable[[], float]) -> None:
        self._redis = redis
        self._window_s = window_s
        self._clock = clock
        self._unsure_until = clock() + window_s
        self._recovery = Recovery(redis, restored=self._restore)
        self._asked: dict[UserId, list[asyncio.Future[bool]]] = {}
        self._answering: asyncio.Task[None] | None = None
        self.unshared = 0

    async def note(self, user: UserId) -> None:
        """Tell all processes that the user has changed something; without Redis they do not learn of it."""
        if self._recovery.is_on:
            self.unshared += 1
            return
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._redis.set(f"{KEY}:{user}", 1, px=round((self._window_s + MARGIN_S) * 1_000))
        except (RedisError, OSError) as error:
            self.unshared += 1
            self._lose(error)

    async def may_include(self, user: UserId) -> bool:
        """Tell whether the user may have changed something lately; calls at the same time share one command."""
        if self._recovery.is_on or self._clock() < self._unsure_until:
            return True
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._asked.setdefault(user, []).append(answer)
        if self._answering is None:
            self._answering = asyncio.create_task(self._answer())
        return await answer

    async def close(self) -> None:
        """Stop looking for Redis."""
        await self._recovery.close()
        if self._answering is not None:
            await asyncio.gather(self._answering, return_exceptions=True)

    async def _answer(self) -> None:
        while self._asked:
            asked, self._asked = self._asked, {}
            found = await self._read(list(asked))
            for answers, wrote in zip(asked.values(), found, strict=True):
                for answer in answers:
                    if not answer.done():
                        answer.set_result(wrote)
        self._answering = None

    async def _read(self, users: list[UserId]) -> list[bool]:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                found = await self._redis.mget([f"{KEY}:{user}" for user in users])
        except (RedisError, OSError) as error:
            self._lose(error)
            return [True] * len(users)
        return [value is not None for value in found]

    def _lose(self, error: Exception) -> None:
        if not self._recovery.is_on:
            _log.warning("writers_not_shared", error=type(error).__name__)
            self._recovery.begin()

    def _restore(self) -> None:
        self._unsure_until = self._clock() + self._window_s + MARGIN_S
        _log.info("writers_shared")


@asynccontextmanager
async def opened(url: str, window_s: float, clock: Callable[[], float]) -> AsyncIterator[RecentWriters]:
    """Open the recent writers on the Redis at `url`, with few connections and no retries."""
    async with redis_recovery.opened(
        url, most_connections=_MOST_CONNECTIONS, patience_s=_PATIENCE_S
    ) as redis:
        writers = RecentWriters(redis, window_s, clock)
        try:
            yield writers
        finally:
            await writers.close()
