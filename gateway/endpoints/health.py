"""Health: alive needs nothing, ready needs Postgres with every migration."""

import asyncio

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from domain.work import Meter
from gateway.connections.drains import Drain
from gateway.databases import migrating
from persistence.base import Statement
from persistence.engine import Database

_PATIENCE_S = 0.07
STALE_S = 1.0
"""How long an answer is good for: however many ask, Postgres is asked once a second."""
_VERSION = Statement(text("SELECT version_num FROM alembic_version"))
_Seen = tuple[dict[str, str], int]
_log = structlog.get_logger("gateway.endpoints.health")


async def live(_request: Request) -> Response:
    """Answer that the process runs; touches nothing."""
    return _json({"status": "live"})


class Readiness:
    """Whether this process should get traffic; answers within 100 ms whatever is dead."""

    def __init__(self, database: Database, redis: "Redis | None", drain: Drain) -> None:
        self._database = database
        self._redis = redis
        self._drain = drain
        self._look: asyncio.Task[_Seen] | None = None
        self._stale_at = 0.0

    async def answer(self, _request: Request) -> Response:
        """Answer 200 `ready`, 200 `degraded` without Redis, or 503 with the reason."""
        if self._drain.is_draining:
            return _json({"status": "draining"}, 503)
        now = asyncio.get_running_loop().time()
        if self._look is None or now > self._stale_at:
            self._look = asyncio.create_task(self._seen())
            self._stale_at = now + STALE_S
        return _json(*await asyncio.shield(self._look))

    async def _seen(self) -> _Seen:
        version, signals = await asyncio.gather(self._version(), self._signals())
        if version is None:
            return {"status": "unavailable", "reason": "Postgres does not answer"}, 503
        if version != migrating.newest():
            return {"status": "unavailable", "reason": "migrations are behind"}, 503
        if not signals:
            return {"status": "degraded", "reason": "Redis does not answer"}, 200
        return {"status": "ready"}, 200

    async def _version(self) -> str | None:
        try:
            async with asyncio.timeout(_PATIENCE_S), self._database.connection(Meter()) as connection:
                version: str | None = await connection.value(_VERSION)
                return version
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the database, the answer is 503
            _log.warning("postgres_unreachable", error=type(error).__name__)
            return None

    async def _signals(self) -> bool:
        if self._redis is None:
            return True
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return bool(await self._redis.ping())
        except (RedisError, OSError, TimeoutError):
            return False


def _json(body: dict[str, str], status: int = 200) -> Response:
    return Response(
        orjson.dumps(body), status, media_type="application/json", headers={"cache-control": "no-store"}
    )
