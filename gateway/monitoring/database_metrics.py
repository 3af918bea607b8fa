"""Database metrics: whether Postgres and Redis answer, what waits in the tables, and the counters of Postgres."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime

from prometheus_client.core import Metric
from redis.exceptions import RedisError

from gateway.settings.environment import Settings
from gateway.telemetry.gauges import Labels, counter, gauge
from gateway.telemetry.job_failures import JobFailures
from persistence import redis_recovery
from persistence.database import Database
from persistence.monitoring import figures
from persistence.monitoring.figures import DatabaseFigures
from persistence.redis_client import AnyRedis

READ_EVERY_S = 15.0
"""How often a process reads, in seconds."""
_POSTGRES_PATIENCE_S = 5.0
_REDIS_PATIENCE_S = 1.0


class DatabaseMetrics:
    """The figures that this process read last; those of a Postgres that does not answer are missing."""

    def __init__(self, database: Database, redis: AnyRedis | None, now: Callable[[], datetime]) -> None:
        self._database = database
        self._redis = redis
        self._now = now
        self._figures: DatabaseFigures | None = None
        self._read_at = now()
        self._up: dict[str, bool] = {}
        self._report_failure = JobFailures("database metrics")

    async def read(self) -> None:
        """Read anew."""
        await asyncio.gather(self._read_postgres(), self._read_redis())

    async def _read_postgres(self) -> None:
        try:
            async with asyncio.timeout(_POSTGRES_PATIENCE_S):
                self._figures = await figures.read(self._database)
        except Exception as error:  # noqa: BLE001 - whatever fails, there is nothing to show
            self._figures = None
            self._report_failure(error, READ_EVERY_S)
        self._up["postgres"] = self._figures is not None
        self._read_at = self._now()

    async def _read_redis(self) -> None:
        if self._redis is None:
            return
        try:
            async with asyncio.timeout(_REDIS_PATIENCE_S):
                await redis_recovery.probe(self._redis)
        except (RedisError, OSError):  # a TimeoutError is an OSError
            self._up["redis"] = False
        else:
            self._up["redis"] = True

    def families(self) -> Iterator[Metric]:
        """Yield the families of all figures."""
        for name in sorted(self._up):
            yield gauge(f"{name}_up", "1 if it answered this process.", {(): self._up[name]})
        if self._figures is not None:
            yield from self._waiting(self._figures)
            yield from _of_postgres(self._figures)

    def _waiting(self, found: DatabaseFigures) -> Iterator[Metric]:
        for name, description, number, since in (
            ("xp_pending", "Withheld XP entries", found.pending_xp, found.pending_xp_since),
            ("mails_waiting", "Mails that are not sent yet", found.waiting_mails, found.waiting_mails_since),
        ):
            age = 0.0 if since is None else max(0.0, (self._read_at - since).total_seconds())
            yield gauge(name, f"{description}.", {(): number})
            yield gauge(f"{name}_oldest_seconds", f"{description}: the age of the oldest.", {(): age})


def _of_postgres(found: DatabaseFigures) -> Iterator[Metric]:
    yield gauge("postgres_connections", "Connections of all clients to Postgres.", {(): found.connections})
    yield gauge("postgres_connections_largest", "Its max_connections.", {(): found.connections_largest})
    yield gauge("postgres_size_bytes", "Size of the database.", {(): found.size_bytes})
    ends: dict[Labels, float] = {("commit",): found.commits, ("rollback",): found.rollbacks}
    yield counter("postgres_transactions", "Transactions of the database.", ends, "end")
    blocks: dict[Labels, float] = {("cache",): found.blocks_hit, ("disk",): found.blocks_read}
    yield counter("postgres_blocks", "Blocks that were read, by where they were.", blocks, "source")
    yield counter("postgres_deadlocks", "Deadlocks.", {(): found.deadlocks})
    yield counter("postgres_temporary_bytes", "Bytes of temporary files.", {(): found.temporary_bytes})


@asynccontextmanager
async def opened(
    settings: Settings, database: Database, redis: AnyRedis | None, now: Callable[[], datetime]
) -> AsyncIterator[DatabaseMetrics]:
    """Yield the figures; where they can be scraped, read them every 15 seconds."""
    metrics = DatabaseMetrics(database, redis, now)
    if settings.metrics_port is None and settings.metrics_token is None:
        yield metrics
        return

    async def keep_reading() -> None:
        while True:
            await metrics.read()
            await asyncio.sleep(READ_EVERY_S)

    task = asyncio.create_task(keep_reading())
    try:
        yield metrics
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
