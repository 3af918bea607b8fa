"""Health details: what operators see of a process and of everything that it depends on, dead or alive."""

import asyncio
import platform
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from importlib import metadata

import httpx
import orjson
from starlette.requests import Request
from starlette.responses import Response

from domain.dependency_table import DEPENDENCIES
from domain.service_status.dependencies import BreakerState
from gateway import version
from gateway.monitoring import probes
from gateway.monitoring.probes import Found, ProbeError
from gateway.ports import Adapters
from gateway.settings import integrations
from gateway.settings.environment import Settings
from persistence.database import Database

DETAILS_PATH = "/health/details"
DEADLINE_S = 2.0
"""How long one probe may take, in seconds; all run at once."""
FRESH_S = 5.0
"""How long an answer is given again, in seconds, so that no one can make this process ask others more often."""
_NEEDED = ("postgres",)
_OF_PROVIDERS = range(200, 300)
_PACKAGES = (
    "asyncpg",
    "graphql-core",
    "pgqueuer",
    "redis",
    "sqlalchemy",
    "starlette",
    "strawberry-graphql",
    "uvicorn",
)
Probe = Callable[[], Awaitable[Found]]


class HealthDetails:
    """Runs the probes, at most once in five seconds, and answers within their deadline."""

    def __init__(self, named: Mapping[str, Probe | None], adapters: Adapters) -> None:
        self._probes = named
        self._adapters = adapters
        self._began_at = time.monotonic()
        self._check: asyncio.Task[dict[str, Found]] | None = None
        self._stale_at = 0.0

    async def answer(self, _request: Request) -> Response:
        """Respond with all details: 200, or 503 where Postgres cannot be used."""
        if self._check is None or (self._check.done() and time.monotonic() > self._stale_at):
            self._check = asyncio.create_task(self._run())
        parts = await asyncio.shield(self._check)
        is_healthy = all(parts[name]["state"] == "up" for name in _NEEDED)
        body = {
            "status": "healthy" if is_healthy else "unhealthy",
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "uptime_s": round(time.monotonic() - self._began_at),
            "versions": _versions(),
            "parts": parts,
            "circuit_breakers": self._breakers(),
            "service": {part.part.value: part.state.value for part in self._adapters.board.current.parts},
        }
        headers = {"cache-control": "no-store"}
        return Response(
            orjson.dumps(body), 200 if is_healthy else 503, headers, media_type="application/json"
        )

    async def close(self) -> None:
        """End a check that runs."""
        if self._check is not None:
            self._check.cancel()
            await asyncio.gather(self._check, return_exceptions=True)

    async def _run(self) -> dict[str, Found]:
        names = list(self._probes)
        found = await asyncio.gather(*(_probed(self._probes[name]) for name in names))
        self._stale_at = time.monotonic() + FRESH_S
        return dict(zip(names, found, strict=True))

    def _breakers(self) -> dict[str, dict[str, int]]:
        states = (BreakerState.OPEN, BreakerState.HALF_OPEN)
        return {
            name: {state.value: self._adapters.breakers.count(dependency, state) for state in states}
            for name, dependency in DEPENDENCIES.items()
        }


async def _probed(probe: Probe | None) -> Found:
    """Run a probe; of an exception that is not ours only the type is shown, because its message may quote a value."""
    if probe is None:
        return {"state": "unset"}
    began = time.monotonic()
    try:
        async with asyncio.timeout(DEADLINE_S):
            found = await probe()
    except TimeoutError:
        found = {"state": "down", "error": f"No answer within {DEADLINE_S:g} seconds."}
    except ProbeError as error:
        found = {"state": "down", "error": str(error)}
    except Exception as error:  # noqa: BLE001 - whatever a probe raises, the others are shown
        found = {"state": "down", "error": type(error.__cause__ or error).__name__}
    return found | {"latency_ms": round((time.monotonic() - began) * 1_000, 2)}


def _versions() -> dict[str, str]:
    packages = {name: metadata.version(name) for name in _PACKAGES}
    return {"questpath": version.installed(), "python": platform.python_version()} | packages


@asynccontextmanager
async def opened(settings: Settings, adapters: Adapters, database: Database) -> AsyncIterator[HealthDetails]:
    """Yield the details of a process; Postgres is asked over a connection of `database`."""
    async with httpx.AsyncClient(timeout=DEADLINE_S, follow_redirects=False, trust_env=False) as http:
        details = HealthDetails(_probes(settings, adapters, database, http), adapters)
        try:
            yield details
        finally:
            await details.close()


def _probes(
    settings: Settings, adapters: Adapters, database: Database, http: httpx.AsyncClient
) -> dict[str, Probe | None]:
    server, provider = integrations.configured_mail_server(settings), integrations.registration(settings)
    collector = settings.otel_exporter_otlp_endpoint
    discovery = f"{settings.google_issuer.rstrip('/')}/.well-known/openid-configuration"
    models = {
        f"ai_provider {name}": partial(probes.http_server, http, given.partition("+")[2])
        for name, given in settings.ai_providers.items()
    }
    return {
        "postgres": partial(probes.postgres, database),
        "read_replicas": (None if adapters.replicas is None else partial(probes.replicas, adapters.replicas)),
        "redis": None if adapters.redis is None else partial(probes.redis, adapters.redis),
        "mail_server": None if server is None else partial(probes.mail_server, server),
        "identity_provider": (
            None if provider is None else partial(probes.http_server, http, discovery, statuses=_OF_PROVIDERS)
        ),
        "trace_collector": None if collector is None else partial(probes.http_server, http, collector),
        **models,
        "data_disk": partial(asyncio.to_thread, probes.disk, settings.data),
        "files_disk": partial(asyncio.to_thread, probes.disk, settings.uploads_folder.parent),
        "memory": partial(asyncio.to_thread, probes.memory),
    }
