"""Redis clients: of one server, of the primary that sentinels name, or of a cluster; each traces its commands."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from typing import Any

from redis.asyncio import BlockingConnectionPool, ConnectionPool, Redis
from redis.asyncio.client import PubSub
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisClusterException

from domain.traces import current_trace
from persistence import redis_addresses
from persistence.redis_addresses import Arrangement, RedisAddress

CONNECT_TIMEOUT_S = 0.5


class TracedRedis(Redis):
    """A Redis client whose commands, PUBLISH and scripts included, are traced."""

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Send a command; its trace holds its name and nothing else."""
        trace = current_trace.get()
        if trace is None:
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        with trace.command(str(args[0])):
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]


class TracedCluster(RedisCluster):
    """A client of a Redis cluster whose commands are traced; `most` of them are under way at once.

    redis-py's refuses a command where all connections are in use, which would look like a lost Redis.
    """

    def __init__(self, most: int, **options: Any) -> None:
        super().__init__(**options)
        self._turns = asyncio.Semaphore(most)

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Send a command once there is a connection for it; its trace holds its name and nothing else."""
        trace = current_trace.get()
        async with self._turns:
            with nullcontext() if trace is None else trace.command(str(args[0])), _as_lost():
                return await super().execute_command(*args, **options)


AnyRedis = Redis | RedisCluster


class _SentinelPool(SentinelConnectionPool, BlockingConnectionPool):
    """The connections to the primary that sentinels name; a caller waits where all are in use."""


def client(url: str, *, most_connections: int, patience_s: float) -> AnyRedis:
    """Return a client of the servers at `url` that never retries, and waits `patience_s` seconds for a connection."""
    address = redis_addresses.parsed(url)
    options: dict[str, Any] = {
        "retry": Retry(NoBackoff(), 0),
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "socket_keepalive": True,
    }
    if address.arrangement is Arrangement.CLUSTER:
        return _cluster(address, most_connections, options)
    bounds = {"max_connections": most_connections, "timeout": patience_s}
    if address.arrangement is Arrangement.SENTINELS:
        return TracedRedis.from_pool(_sentinels(address, bounds | options))
    return TracedRedis.from_pool(BlockingConnectionPool.from_url(url, **bounds, **options))


@asynccontextmanager
async def subscribed(redis: AnyRedis, channel: str) -> AsyncIterator[PubSub]:
    """Subscribe to a channel for the block; raises RedisError or OSError."""
    with _as_lost():
        if isinstance(redis, RedisCluster):
            await redis.initialize()
        async with redis.pubsub() as subscription:
            await subscription.subscribe(channel)
            yield subscription


@contextmanager
def _as_lost() -> Iterator[None]:
    """Raise ConnectionError where no node of a cluster can be asked; redis-py's own is no RedisError."""
    try:
        yield
    except RedisClusterException as error:
        raise RedisConnectionError(str(error)) from error


async def drop_connections(redis: AnyRedis) -> None:
    """Close the connections that are not in use; a cluster's nodes are looked up again."""
    if isinstance(redis, RedisCluster):
        await redis.aclose()
    else:
        await redis.connection_pool.disconnect(inuse_connections=False)


def _cluster(address: RedisAddress, most: int, options: dict[str, Any]) -> TracedCluster:
    return TracedCluster(
        most,
        startup_nodes=[ClusterNode(host, port) for host, port in address.hosts],
        username=address.username,
        password=address.password,
        ssl=address.is_encrypted,
        require_full_coverage=False,
        **options,
    )


def _sentinels(address: RedisAddress, options: dict[str, Any]) -> ConnectionPool:
    sentinels = Sentinel(  # type: ignore[no-untyped-call]
        address.hosts,
        sentinel_kwargs={
            "password": address.sentinel_password,
            "socket_timeout": CONNECT_TIMEOUT_S,
            "socket_connect_timeout": CONNECT_TIMEOUT_S,
            "ssl": address.is_encrypted,
        },
    )
    return _SentinelPool(  # type: ignore[no-untyped-call]
        address.service,
        sentinels,
        username=address.username,
        password=address.password,
        db=address.database,
        ssl=address.is_encrypted,
        **options,
    )
