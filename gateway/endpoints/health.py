"""Health checks: liveness needs nothing, readiness and the report need Postgres with every migration."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
import orjson
import structlog
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from domain.errors import UnavailableError
from domain.unit_of_work import Meter
from gateway import version
from gateway.connections.drain import Drain
from gateway.databases import migrations
from persistence import redis_recovery
from persistence.database import Database
from persistence.postgres_refusals import Reason
from persistence.redis_client import AnyRedis
from persistence.statements import Statement

_WAIT_S = 0.07
"""How long a response waits for a check; after that it has the result of the check before."""
PATIENCE_S = 3.0
"""How long Postgres may take for a check; a busy machine is slow for longer than a response may wait."""
STATEMENT_DEADLINE_S = 2.0
"""How long one statement of a check may take, and two fifths of it for a lock."""
_REDIS_PATIENCE_S = 1.0
STALE_S = 1.0
"""How long a result is reused: Postgres is asked at most once a second."""
_STATE = Statement(
    text("SELECT version_num, current_setting('transaction_read_only') = 'on' FROM alembic_version"),
    lambda *row: row,
)
_FILL = Statement(
    text(
        "CREATE TEMPORARY TABLE questpath_space ON COMMIT DROP "
        "AS SELECT md5(n::text) FROM generate_series(1, 2000) AS n"
    )
)
"""Needs some pages on the disk until it is rolled back."""
_FULL = ("full", "Postgres has no space left on its disk")
_READ_ONLY = ("read_only", "Postgres is read-only")
_DOWN = ("down", "Postgres does not answer")
_BEHIND = ("behind", "migrations are behind; run questpath migrate")
_CACHE_REASONS = {"down": "Redis does not answer", "refusing": "Redis refuses to write"}
_log = structlog.get_logger("gateway.endpoints.health")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: the state of Postgres and of Redis, and why the process should get no traffic, if so."""

    database: str
    cache: str
    reason: str | None = None


async def live(_request: Request) -> Response:
    """Respond that the process runs, without checking anything."""
    return _json({"status": "live"})


class Readiness:
    """Whether this process should get traffic; responds within 100 ms even if Postgres and Redis are dead.

    Postgres is asked over a connection of its own, `checks`, so that a busy pool is no reason.
    """

    def __init__(self, database: Database, checks: Database, redis: AnyRedis | None, drain: Drain) -> None:
        self._database = database
        self._checks = checks
        self._redis = redis
        self._drain = drain
        self._check: asyncio.Task[None] | None = None
        self._stale_at = 0.0
        self._last = Checked("down", "down", "Postgres has not answered yet")

    async def answer(self, _request: Request) -> Response:
        """Respond 200 `ready`, 200 `degraded` without Redis, or 503 with the reason."""
        if self._drain.is_draining:
            return _json({"status": "draining"}, 503)
        found = await self._state()
        if found.reason is not None:
            return _json({"status": "unavailable", "reason": found.reason}, 503)
        if found.cache in _CACHE_REASONS:
            return _json({"status": "degraded", "reason": _CACHE_REASONS[found.cache]})
        return _json({"status": "ready"})

    async def report(self, _request: Request) -> Response:
        """Respond with status, timestamp, version, database and cache; 503 if the status is `unhealthy`."""
        found = await self._state()
        is_healthy = found.reason is None and not self._drain.is_draining
        body = {
            "status": "healthy" if is_healthy else "unhealthy",
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "version": version.installed(),
            "database": found.database,
            "cache": found.cache,
        }
        return _json(body, 200 if is_healthy else 503)

    @asynccontextmanager
    async def checked(self) -> AsyncIterator[None]:
        """Check before the block, so that the first response has a result; end a check that runs at its end."""
        await self._run_check()
        try:
            yield
        finally:
            if self._check is not None:
                self._check.cancel()
                await asyncio.gather(self._check, return_exceptions=True)

    async def _state(self) -> Checked:
        """Return the newest result, after a short wait for a check that runs."""
        now = asyncio.get_running_loop().time()
        if self._check is None or (self._check.done() and now > self._stale_at):
            self._check = asyncio.create_task(self._run_check())
            self._stale_at = now + STALE_S
        if not self._check.done():
            await asyncio.wait({self._check}, timeout=_WAIT_S)
        return self._last

    async def _run_check(self) -> None:
        (database, reason), cache = await asyncio.gather(self._postgres(), self._cache())
        self._last = Checked(database, cache, reason)

    async def _postgres(self) -> tuple[str, str | None]:
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._database_state()
        except asyncpg.UndefinedTableError:
            return _BEHIND
        except Exception as error:  # noqa: BLE001 - any failure of the database is a 503
            if isinstance(error.__cause__, asyncpg.LockNotAvailableError):
                return self._last.database, self._last.reason  # it answers; somebody holds the table
            _log.warning("postgres_unreachable", error=type(error).__name__)
            return _DOWN

    async def _database_state(self) -> tuple[str, str | None]:
        async with self._checks.connection(Meter()) as connection:
            migrated, is_read_only = await connection.first(_STATE) or (None, False)
        if is_read_only:
            return _READ_ONLY
        if self._database.lender.is_full and not await self._has_space():
            return _FULL
        return _BEHIND if migrations.is_behind(migrated) else ("up", None)

    async def _has_space(self) -> bool:
        """Try to write, after a statement of this process found no space; what else fails is no answer to that."""
        full_before = self._checks.lender.refusals[Reason.FULL]
        try:
            async with self._checks.transaction(Meter()) as connection:
                await connection.run(_FILL)
        except (UnavailableError, TimeoutError):
            if self._checks.lender.refusals[Reason.FULL] > full_before:
                return False
        self._database.lender.is_full = False
        return True

    async def _cache(self) -> str:
        if self._redis is None:
            return "none"
        try:
            async with asyncio.timeout(_REDIS_PATIENCE_S):
                await redis_recovery.probe(self._redis)
        except (RedisConnectionError, OSError):
            return "down"
        except RedisError:
            return "refusing"
        return "up"


def _json(body: dict[str, str], status: int = 200) -> Response:
    return Response(
        orjson.dumps(body), status, media_type="application/json", headers={"cache-control": "no-store"}
    )
