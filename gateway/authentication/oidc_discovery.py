"""OpenID discovery: a provider's endpoints and signing keys, cached and requested sparingly."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import orjson
import structlog

from domain.authentication.external_identities import ProviderUnavailableError
from domain.dependency_table import IDENTITY_PROVIDER
from domain.service_status.dependencies import Breakers
from gateway.settings.integrations import is_safe

LARGEST_RESPONSE = 256 * 1024
TIMEOUT_S = 5.0
CACHED_S = 6 * 3_600.0
REST_S = 60.0
"""The pause between two requests for keys, and after a useless answer to one for endpoints."""
UNKNOWN_FOR_S = 600.0
"""How long a key id that the provider did not have is presumed not to exist."""
ALGORITHMS = frozenset({"RS256", "PS256", "ES256", "EdDSA"})
"""Asymmetric algorithms only: a public key must never verify an HMAC (RFC 8725, section 3.1)."""
_MOST_UNKNOWN = 64
_OK = 200
_BROKEN = 500
_log = structlog.get_logger("gateway.authentication.oidc_discovery")


def client() -> httpx.AsyncClient:
    """Return an HTTP client without redirects and proxy variables, with a timeout of five seconds."""
    return httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)


class ProviderEndpoints:
    """Requests to a provider, and its discovery document: read once in six hours, a useless answer kept for a minute.

    All requests of the process go through one circuit breaker.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        issuer: str,
        *,
        name: str,
        breakers: Breakers,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._issuer = issuer
        self._name = name
        self._breakers = breakers
        self._clock = clock
        self._lock = asyncio.Lock()
        self._document: dict[str, Any] = {}
        self._valid_until = 0.0
        self._failed_until = 0.0

    async def url(self, name: str) -> str:
        """Return an endpoint of the discovery document; raises ProviderUnavailableError."""
        url = (await self._read()).get(name)
        if not is_safe(url, issuer=self._issuer):
            raise self.unavailable(f"no safe {name}")
        return str(url)

    async def takes(self, name: str, value: str, *, default: str) -> bool:
        """Tell whether a list of the discovery document contains a value; raises ProviderUnavailableError."""
        listed = (await self._read()).get(name)
        return value in listed if isinstance(listed, list) else value == default

    def refuse_while_open(self) -> None:
        """Raise ProviderUnavailableError while the provider does not respond, before a user is sent to its page."""
        self._breakers.refuse_while_open(IDENTITY_PROVIDER)

    async def fetch(self, method: str, url: str, **options: Any) -> tuple[int, dict[str, Any]]:
        """Return the status and the JSON object of a response; raises ProviderUnavailableError for anything else."""
        async with self._breakers.guard(IDENTITY_PROVIDER):
            return await self._fetch(method, url, **options)

    async def _fetch(self, method: str, url: str, **options: Any) -> tuple[int, dict[str, Any]]:
        try:
            async with asyncio.timeout(TIMEOUT_S), self._http.stream(method, url, **options) as response:
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > LARGEST_RESPONSE:
                        raise self.unavailable("too large")
                found = orjson.loads(bytes(body))
        except (httpx.HTTPError, TimeoutError, orjson.JSONDecodeError) as error:
            raise self.unavailable(type(error).__name__) from error
        if response.status_code >= _BROKEN:
            raise self.unavailable(f"status {response.status_code}")
        if not isinstance(found, dict):
            raise self.unavailable("no object")
        return response.status_code, found

    def unavailable(self, reason: str) -> ProviderUnavailableError:
        """Return the refusal for a provider without a valid response; the reason goes into the log."""
        _log.warning("provider_unavailable", provider=self._name, reason=reason)
        return ProviderUnavailableError(
            f"{self._name} does not respond; try again in a moment, or sign in with a password."
        )

    async def _read(self) -> dict[str, Any]:
        async with self._lock:
            if self._clock() >= self._valid_until:
                await self._request()
            return self._document

    async def _request(self) -> None:
        if self._clock() < self._failed_until:
            raise self.unavailable("another issuer a moment ago")
        url = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        status, found = await self.fetch("GET", url)
        if status != _OK or found.get("issuer") != self._issuer:
            self._failed_until = self._clock() + REST_S
            raise self.unavailable("another issuer")
        self._document, self._valid_until, self._failed_until = found, self._clock() + CACHED_S, 0.0


class SigningKeys:
    """A provider's keys by id: requested at most once a minute, and not for an id that it did not have."""

    def __init__(self, endpoints: ProviderEndpoints, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._endpoints = endpoints
        self._clock = clock
        self._lock = asyncio.Lock()
        self._keys: dict[str, jwt.PyJWK] = {}
        self._stale_at = 0.0
        self._rests_until = 0.0
        self._unknown: dict[str, float] = {}

    async def get(self, kid: str) -> jwt.PyJWK | None:
        """Return the key with this id, or None; raises ProviderUnavailableError if the keys cannot be read."""
        async with self._lock:
            now = self._clock()
            is_known_missing = self._unknown.get(kid, 0.0) > now
            is_wanted = (kid not in self._keys and not is_known_missing) or now >= self._stale_at
            if is_wanted and now >= self._rests_until:
                await self._read()
            if kid not in self._keys and not is_known_missing:
                self._remember_missing(kid)
            return self._keys.get(kid)

    async def _read(self) -> None:
        self._rests_until = self._clock() + REST_S
        status, found = await self._endpoints.fetch("GET", await self._endpoints.url("jwks_uri"))
        if status != _OK or not isinstance(found.get("keys"), list):
            raise self._endpoints.unavailable("no keys")
        self._keys = dict(filter(None, map(_key, found["keys"])))
        self._stale_at = self._clock() + CACHED_S

    def _remember_missing(self, kid: str) -> None:
        if len(self._unknown) >= _MOST_UNKNOWN:
            self._unknown.clear()
        self._unknown[kid] = self._clock() + UNKNOWN_FOR_S


def _key(found: Any) -> tuple[str, jwt.PyJWK] | None:
    """Return the id and the key of an entry for signatures, or None for any other."""
    if (
        not isinstance(found, dict)
        or found.get("use", "sig") != "sig"
        or not isinstance(found.get("kid"), str)
    ):
        return None
    try:
        key = jwt.PyJWK(found)
    except jwt.PyJWTError:
        return None
    return (found["kid"], key) if key.algorithm_name in ALGORITHMS else None
