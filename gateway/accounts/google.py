"""Google: signing in by OpenID Connect's code flow, with PKCE, state and nonce."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt
import structlog

from domain.external_identities import Challenge, CodeExchange, ProvenIdentity, ProviderRefusedError
from gateway.accounts.provider_documents import Endpoints, SigningKeys, client, fetch, unavailable
from gateway.settings.outside import Registration

_ALGORITHM = "RS256"
_LEEWAY_S = 30
_LONGEST = 2_048
_OK = 200
_BAD_REQUESTS = range(400, 500)
_log = structlog.get_logger("gateway.accounts.google")


class Google:
    """An OpenID provider as Google is one: RS256, discovery, client secret in the body."""

    name = "Google"

    def __init__(self, registration: Registration, http: httpx.AsyncClient) -> None:
        self.redirect_uris = registration.redirect_uris
        self._registration = registration
        self._http = http
        self._endpoints = Endpoints(http, registration.issuer)
        self._keys = SigningKeys(http, self._endpoints)

    async def page(self, challenge: Challenge) -> str:
        """Return the address of the page on which people choose their account."""
        endpoint = await self._endpoints.get("authorization_endpoint")
        query = urlencode(
            {
                "client_id": self._registration.client_id,
                "redirect_uri": challenge.redirect_uri,
                "response_type": "code",
                "scope": "openid email profile",
                "state": challenge.state,
                "nonce": challenge.nonce,
                "code_challenge": challenge.code_challenge,
                "code_challenge_method": "S256",
                "prompt": "select_account",
            }
        )
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"

    async def prove(self, exchange: CodeExchange) -> ProvenIdentity:
        """Exchange the code for an id token and verify it.

        Raises ProviderRefusedError or ProviderUnavailableError.
        """
        if not 0 < len(exchange.code) <= _LONGEST:
            raise _refused("malformed code")
        status, answer = await fetch(
            self._http,
            "POST",
            await self._endpoints.get("token_endpoint"),
            data={
                "grant_type": "authorization_code",
                "code": exchange.code,
                "redirect_uri": exchange.redirect_uri,
                "client_id": self._registration.client_id,
                "client_secret": self._registration.client_secret,
                "code_verifier": exchange.code_verifier,
            },
        )
        token = answer.get("id_token")
        if status in _BAD_REQUESTS:
            raise _refused(f"token endpoint {status}")
        if status != _OK or not isinstance(token, str):
            raise unavailable(f"token endpoint {status}")
        return _identity(await self._verified(token, exchange.nonce))

    async def _verified(self, token: str, nonce: str) -> dict[str, Any]:
        """Return the claims of an id token (OpenID Connect Core, section 3.1.3.7)."""
        try:
            header = jwt.get_unverified_header(token)
            kid = header.get("kid")
            if header.get("alg") != _ALGORITHM or not isinstance(kid, str):
                raise _refused("algorithm or key")
            key = await self._keys.get(kid)
            if key is None:
                raise _refused("unknown key")
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                [_ALGORITHM],
                audience=self._registration.client_id,
                issuer=self._registration.issuer,
                leeway=_LEEWAY_S,
                options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"], "strict_aud": True},
            )
        except jwt.PyJWTError as error:
            raise _refused(type(error).__name__) from error
        if claims["nonce"] != nonce:
            raise _refused("another nonce")
        if claims.get("azp", self._registration.client_id) != self._registration.client_id:
            raise _refused("another party")
        return claims


@asynccontextmanager
async def opened(registration: Registration | None) -> AsyncIterator[Google | None]:
    """Lend the provider for the length of the block, where one is set up."""
    if registration is None:
        yield None
        return
    async with client() as http:
        yield Google(registration, http)


def _identity(claims: dict[str, Any]) -> ProvenIdentity:
    subject, email, name = claims["sub"], claims.get("email"), claims.get("name")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:  # noqa: PLR2004 - the standard's limit
        raise _refused("subject")
    return ProvenIdentity(
        issuer=claims["iss"],
        subject=subject,
        email=email if isinstance(email, str) else None,
        email_verified=claims.get("email_verified") is True,
        name=name if isinstance(name, str) else "",
    )


def _refused(reason: str) -> ProviderRefusedError:
    _log.warning("provider_refused", reason=reason)
    return ProviderRefusedError("Google did not confirm who you are; begin again.")
