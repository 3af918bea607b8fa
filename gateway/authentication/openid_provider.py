"""OpenID provider: signs users in by the code flow of OpenID Connect, with PKCE, state and nonce."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import jwt
import structlog

from domain.authentication.external_identities import (
    AuthorizationRequest,
    CodeExchange,
    ProviderRefusedError,
    VerifiedIdentity,
)
from domain.service_status.dependencies import Breakers
from gateway.authentication.oidc_discovery import ProviderEndpoints, SigningKeys, client
from gateway.settings.integrations import Registration

_LEEWAY_S = 30
_LONGEST_CODE = 2_048
_LONGEST_SUBJECT = 255
_OK = 200
_BAD_REQUESTS = range(400, 500)
_REQUIRED = ["iss", "sub", "aud", "exp", "iat", "nonce"]
_log = structlog.get_logger("gateway.authentication.openid_provider")


class OpenIdProvider:
    """Any provider with discovery; the keys that it publishes decide the algorithm of its id tokens."""

    def __init__(self, registration: Registration, http: httpx.AsyncClient, breakers: Breakers) -> None:
        self.name = registration.name
        self.redirect_uris = registration.redirect_uris
        self._client = registration
        self._endpoints = ProviderEndpoints(
            http, registration.issuer, name=registration.name, breakers=breakers
        )
        self._keys = SigningKeys(self._endpoints)

    async def authorization_url(self, request: AuthorizationRequest) -> str:
        """Return the address of the page on which users choose their account."""
        self._endpoints.refuse_while_open()
        endpoint = await self._endpoints.url("authorization_endpoint")
        query = urlencode(
            {
                "client_id": self._client.client_id,
                "redirect_uri": request.redirect_uri,
                "response_type": "code",
                "scope": "openid email profile",
                "state": request.state,
                "nonce": request.nonce,
                "code_challenge": request.code_challenge,
                "code_challenge_method": "S256",
                "prompt": "select_account",
            }
        )
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"

    async def exchange_code(self, exchange: CodeExchange) -> VerifiedIdentity:
        """Exchange a code for an id token and verify it; raises ProviderRefusedError or ProviderUnavailableError."""
        if not 0 < len(exchange.code) <= _LONGEST_CODE:
            raise self._refused("malformed code")
        url = await self._endpoints.url("token_endpoint")
        form = {
            "grant_type": "authorization_code",
            "code": exchange.code,
            "redirect_uri": exchange.redirect_uri,
            "code_verifier": exchange.code_verifier,
        }
        status, answer = await self._endpoints.fetch("POST", url, **await self._authenticated(form))
        token = answer.get("id_token")
        if status in _BAD_REQUESTS:
            raise self._refused(f"token endpoint {status}")
        if status != _OK or not isinstance(token, str):
            raise self._endpoints.unavailable(f"token endpoint {status}")
        return self._identity(await self._verified(token, exchange.nonce))

    async def _authenticated(self, form: dict[str, str]) -> dict[str, Any]:
        """Add the client's secret to a request, in the form or as Basic (RFC 6749, section 2.3.1)."""
        client_id, secret = self._client.client_id, self._client.client_secret
        by_form = await self._endpoints.takes(
            "token_endpoint_auth_methods_supported", "client_secret_post", default="client_secret_basic"
        )
        if by_form:
            return {"data": form | {"client_id": client_id, "client_secret": secret}}
        return {"data": form, "auth": httpx.BasicAuth(quote(client_id, safe=""), quote(secret, safe=""))}

    async def _verified(self, token: str, nonce: str) -> dict[str, Any]:
        """Return the claims of an id token (OpenID Connect Core, section 3.1.3.7)."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            key = await self._keys.get(kid) if isinstance(kid, str) else None
            if key is None:
                raise self._refused("unknown key")
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                [key.algorithm_name],
                audience=self._client.client_id,
                issuer=self._client.issuer,
                leeway=_LEEWAY_S,
                options={"require": _REQUIRED, "strict_aud": True},
            )
        except jwt.PyJWTError as error:
            raise self._refused(type(error).__name__) from error
        if claims["nonce"] != nonce:
            raise self._refused("another nonce")
        if claims.get("azp", self._client.client_id) != self._client.client_id:
            raise self._refused("another party")
        return claims

    def _identity(self, claims: dict[str, Any]) -> VerifiedIdentity:
        subject, email, name = claims["sub"], claims.get("email"), claims.get("name")
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
            raise self._refused("subject")
        return VerifiedIdentity(
            issuer=claims["iss"],
            subject=subject,
            email=email if isinstance(email, str) else None,
            email_verified=claims.get("email_verified") is True,
            name=name if isinstance(name, str) else "",
        )

    def _refused(self, reason: str) -> ProviderRefusedError:
        _log.warning("provider_refused", provider=self.name, reason=reason)
        return ProviderRefusedError(f"{self.name} did not confirm who you are; begin again.")


@asynccontextmanager
async def opened(
    registration: Registration | None, breakers: Breakers
) -> AsyncIterator[OpenIdProvider | None]:
    """Yield the provider, if one is configured, and close its connections at the end of the block."""
    if registration is None:
        yield None
        return
    async with client() as http:
        yield OpenIdProvider(registration, http, breakers)
