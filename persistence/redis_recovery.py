"""Redis recovery: a task probes a lost Redis, so that no operation waits for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from redis.exceptions import RedisError

from persistence import redis_client
from persistence.redis_client import AnyRedis

_PROBE_EVERY_S = 0.5
_PROBE_KEY = "questpath:1:probe"


class Recovery:
    """Probes Redis from `begin` until it answers, and then calls `restored`."""

    def __init__(self, redis: AnyRedis, *, restored: Callable[[], None] = lambda: None) -> None:
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
        await redis_client.drop_connections(self._redis)
        while True:
            await asyncio.sleep(_PROBE_EVERY_S)
            with suppress(RedisError, OSError):
                async with asyncio.timeout(_PROBE_EVERY_S):
                    await probe(self._redis)
                self._probing = None
                self._restored()
                return


async def probe(redis: AnyRedis) -> None:
    """Write a key that expires at once: a Redis that is full, read-only or loading answers a ping, and no more.

    Raises RedisError or OSError.
    """
    await redis.set(_PROBE_KEY, 1, px=1)


@asynccontextmanager
async def opened(url: str, *, most_connections: int, patience_s: float) -> AsyncIterator[AnyRedis]:
    """Open a client of the servers at `url` that never retries, and waits `patience_s` seconds for a connection."""
    async with redis_client.client(url, most_connections=most_connections, patience_s=patience_s) as redis:
        yield redis
