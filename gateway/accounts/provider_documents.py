"""What an OpenID provider publishes: its endpoints and its keys, kept for a while and asked for sparingly."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import orjson
import structlog

from domain.external_identities import ProviderUnavailableError
from gateway.settings.outside import is_safe
from gateway.telemetry.tracing import outgoing

LARGEST_ANSWER = 256 * 1024
PATIENCE_S = 5.0
KEPT_S = 6 * 3_600.0
REST_S = 60.0
"""How long after a request for keys none is made again, whatever key a token names."""
UNKNOWN_FOR_S = 600.0
"""How long a key that the provider did not have is taken not to exist."""
_MOST_UNKNOWN = 64
_OK = 200
_log = structlog.get_logger("gateway.accounts.google")


def client() -> httpx.AsyncClient:
    """Make a client that follows no redirects, heeds no proxy variables and waits five seconds."""
    return httpx.AsyncClient(
        timeout=PATIENCE_S,
        follow_redirects=False,
        trust_env=False,
        event_hooks={"request": [_carry_trace]},
    )


async def _carry_trace(request: httpx.Request) -> None:
    request.headers.update(outgoing())


async def fetch(http: httpx.AsyncClient, method: str, url: str, **options: Any) -> tuple[int, dict[str, Any]]:
    """Return the status and the JSON object of an answer; raises ProviderUnavailableError for anything else."""
    try:
        async with asyncio.timeout(PATIENCE_S), http.stream(method, url, **options) as response:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise unavailable("too large")
            found = orjson.loads(bytes(body))
    except (httpx.HTTPError, TimeoutError, orjson.JSONDecodeError) as error:
        raise unavailable(type(error).__name__) from error
    if not isinstance(found, dict):
        raise unavailable("no object")
    return response.status_code, found


def unavailable(reason: str) -> ProviderUnavailableError:
    """Return the refusal for a provider that does not answer as it should; the reason goes into the log."""
    _log.warning("provider_unavailable", reason=reason)
    return ProviderUnavailableError(
        "Google does not respond; try again in a moment, or sign in with a password."
    )


class Endpoints:
    """The provider's discovery document, read once in six hours; a failure is remembered for a minute."""

    def __init__(
        self, http: httpx.AsyncClient, issuer: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._http = http
        self._issuer = issuer
        self._clock = clock
        self._lock = asyncio.Lock()
        self._found: dict[str, Any] = {}
        self._good_until = 0.0
        self._failed_until = 0.0

    async def get(self, name: str) -> str:
        """Return one of the endpoints; raises ProviderUnavailableError."""
        async with self._lock:
            if self._clock() >= self._good_until:
                await self._read()
        url = self._found.get(name)
        if not is_safe(url, issuer=self._issuer):
            raise unavailable(f"no safe {name}")
        return str(url)

    async def _read(self) -> None:
        if self._clock() < self._failed_until:
            raise unavailable("discovery failed a moment ago")
        self._failed_until = self._clock() + REST_S
        status, found = await fetch(
            self._http, "GET", f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        )
        if status != _OK or found.get("issuer") != self._issuer:
            raise unavailable("another issuer")
        self._found, self._good_until, self._failed_until = found, self._clock() + KEPT_S, 0.0


class SigningKeys:
    """The provider's keys by their names; asked for at most once a minute, and not for a name it did not have."""

    def __init__(
        self, http: httpx.AsyncClient, endpoints: Endpoints, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._http = http
        self._endpoints = endpoints
        self._clock = clock
        self._lock = asyncio.Lock()
        self._keys: dict[str, jwt.PyJWK] = {}
        self._stale_at = 0.0
        self._rests_until = 0.0
        self._unknown: dict[str, float] = {}

    async def get(self, kid: str) -> jwt.PyJWK | None:
        """Return the key of that name, or None; raises ProviderUnavailableError where it cannot be known."""
        async with self._lock:
            now = self._clock()
            known_missing = self._unknown.get(kid, 0.0) > now
            wanted = (kid not in self._keys and not known_missing) or now >= self._stale_at
            if wanted and now >= self._rests_until:
                await self._read()
            if kid not in self._keys and not known_missing:
                self._remember_missing(kid)
            return self._keys.get(kid)

    async def _read(self) -> None:
        self._rests_until = self._clock() + REST_S
        url = await self._endpoints.get("jwks_uri")
        status, found = await fetch(self._http, "GET", url)
        if status != _OK or not isinstance(found.get("keys"), list):
            raise unavailable("no keys")
        self._keys = dict(filter(None, map(_key, found["keys"])))
        self._stale_at = self._clock() + KEPT_S

    def _remember_missing(self, kid: str) -> None:
        if len(self._unknown) >= _MOST_UNKNOWN:
            self._unknown.clear()
        self._unknown[kid] = self._clock() + UNKNOWN_FOR_S


def _key(found: Any) -> tuple[str, jwt.PyJWK] | None:
    """Return the name and the key of an entry for RS256 signatures, or None for any other."""
    if not isinstance(found, dict) or found.get("kty") != "RSA" or found.get("use", "sig") != "sig":
        return None
    kid = found.get("kid")
    if not isinstance(kid, str) or found.get("alg", "RS256") != "RS256":
        return None
    try:
        return kid, jwt.PyJWK(found, algorithm="RS256")
    except jwt.PyJWTError:
        return None
