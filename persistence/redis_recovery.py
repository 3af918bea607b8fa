"""Redis recovery: a task probes a lost Redis, so that no operation waits for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from persistence.redis_client import TracedRedis

_PROBE_EVERY_S = 0.5
_PROBE_KEY = "questpath:1:probe"


class Recovery:
    """Probes Redis from `begin` until it answers, and then calls `restored`."""

    def __init__(self, redis: "Redis", *, restored: Callable[[], None] = lambda: None) -> None:
        self._redis = redis
        self._restored = restored
        self._probing: asyncio.Task[None] | None = None

    @property
    def is_on(self) -> bool:
        """Whether Redis is lost."""
        return self._probing is not None

    def begin(self) -> None:
        """Drop the idle connections, and start probing."""
        self._probing = asyncio.create_task(self._probe())

    async def close(self) -> None:
        """Stop probing."""
        if self._probing is not None:
            self._probing.cancel()
            with suppress(asyncio.CancelledError):
                await self._probing

    async def _probe(self) -> None:
        await self._redis.connection_pool.disconnect(inuse_connections=False)
        while True:
            await asyncio.sleep(_PROBE_EVERY_S)
            with suppress(RedisError, OSError):
                async with asyncio.timeout(_PROBE_EVERY_S):
                    await probe(self._redis)
                self._probing = None
                self._restored()
                return


async def probe(redis: "Redis") -> None:
    """Write a key that expires at once: a Redis that is full, read-only or loading answers a ping, and no more.

    Raises RedisError or OSError.
    """
    await redis.set(_PROBE_KEY, 1, px=1)


@asynccontextmanager
async def opened(url: str, *, most_connections: int, patience_s: float) -> AsyncIterator[Redis]:
    """Open a client of the server at `url` that never retries, and waits `patience_s` seconds for a connection."""
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
