"""Recovery: a Redis that is gone is looked for by a task, so that nobody else waits for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from persistence.traced_redis import TracedRedis

_PROBE_EVERY_S = 0.5


class Recovery:
    """Looks for Redis from `begin` on until it answers, and calls `restored` then."""

    def __init__(self, redis: "Redis", *, restored: Callable[[], None] = lambda: None) -> None:
        self._redis = redis
        self._restored = restored
        self._looking: asyncio.Task[None] | None = None

    @property
    def is_on(self) -> bool:
        """Whether Redis is gone."""
        return self._looking is not None

    def begin(self) -> None:
        """Drop the connections that lie idle, and look for Redis."""
        self._looking = asyncio.create_task(self._look())

    async def close(self) -> None:
        """Stop looking."""
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking

    async def _look(self) -> None:
        await self._redis.connection_pool.disconnect(inuse_connections=False)
        while True:
            await asyncio.sleep(_PROBE_EVERY_S)
            with suppress(RedisError, OSError):
                async with asyncio.timeout(_PROBE_EVERY_S):
                    await self._redis.ping()
                self._looking = None
                self._restored()
                return


@asynccontextmanager
async def opened(url: str, *, most_connections: int, patience_s: float) -> AsyncIterator[Redis]:
    """Open a client of the server at `url` that never tries twice, and waits `patience_s` seconds for a connection."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=most_connections,
        timeout=patience_s,
        retry=Retry(NoBackoff(), 0),
        socket_connect_timeout=_PROBE_EVERY_S,
        socket_keepalive=True,
    )
    async with TracedRedis.from_pool(pool) as redis:
        yield redis
