"""Certificate routes: pages and credentials by code, the issuer with its keys, and lists of revoked credentials."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.certificates import certificates, credentials
from domain.certificates.certificates import Certificate, CertificateState
from domain.certificates.credentials import LIST_SIZE, Addresses
from domain.errors import UnavailableError
from domain.rate_limits.preparation import CERTIFICATE, REVOCATIONS, SIGNATURE
from domain.unit_of_work import Meter
from gateway.authentication.access_tokens import JwtTokens
from gateway.certificates import pages
from gateway.endpoints.link_charges import LinkCharges
from gateway.http.errors import HttpError
from resolvers.context import Ports

_CACHED = {"cache-control": "public, max-age=300", "access-control-allow-origin": "*"}
"""Issuer, keys and lists are the same for all, and verifiers may run in pages of any origin."""
_OPEN = {"cache-control": "no-cache", "access-control-allow-origin": "*"}
_MOST_LISTS = 100_000
Answer = Callable[[Request], Awaitable[Response]]


class CertificateEndpoints:
    """Answers everyone who has an address; the caller's address pays for the work."""

    def __init__(self, ports: Ports, charges: LinkCharges, tokens: JwtTokens) -> None:
        self._ports = ports
        self._charges = charges
        self._tokens = tokens
        self._addresses = Addresses(ports.api_url)

    async def page(self, request: Request) -> Response:
        """Show a certificate, or that it is not valid any more."""
        try:
            found = await self._found(request)
        except UnavailableError:
            return pages.down()
        if found is None:
            return pages.unknown()
        return pages.shown(found, self._addresses)

    async def credential(self, request: Request) -> Response:
        """Return the signed credential as a compact JWS; raises HttpError."""
        signed = self._signed(credentials.credential(await self._valid(request), self._addresses))
        return Response(signed, media_type="application/vc+jwt", headers=_OPEN | _file("jwt"))

    async def claims(self, request: Request) -> Response:
        """Return what the credential says, without a signature; raises HttpError."""
        document = credentials.credential(await self._valid(request), self._addresses)
        return Response(orjson.dumps(document), media_type="application/json", headers=_OPEN | _file("json"))

    async def issuer(self, _request: Request) -> Response:
        """Return who issues the certificates."""
        profile = credentials.profile(
            self._addresses, url=self._ports.public_url, key_ids=self._tokens.key_ids
        )
        return Response(orjson.dumps(profile), media_type="application/json", headers=_CACHED)

    async def key(self, request: Request) -> Response:
        """Return a public key; raises HttpError."""
        jwk = self._tokens.key(request.path_params["kid"])
        if jwk is None:
            raise HttpError(404, "NOT_FOUND", "There is no such key.")
        return Response(jwk, media_type="application/jwk+json", headers=_CACHED)

    async def status(self, request: Request) -> Response:
        """Return a signed list of revoked credentials; raises HttpError."""
        number = request.path_params["number"]
        if not number <= _MOST_LISTS:
            raise HttpError(404, "NOT_FOUND", "There is no such list.")
        first, now = number * LIST_SIZE, self._ports.now()
        async with self._charges.of(request) as charge:
            charge(REVOCATIONS)
            try:
                async with self._ports.open_reads(Meter()) as reads:
                    ended = await reads.certificates.ended_indexes(first, first + LIST_SIZE - 1)
            except (UnavailableError, TimeoutError):
                raise _down() from None
        signed = self._signed(credentials.status_list(number, ended, self._addresses, now=now))
        return Response(signed, media_type="application/vc+jwt", headers=_CACHED)

    async def _valid(self, request: Request) -> Certificate:
        try:
            found = await self._found(request)
        except UnavailableError:
            raise _down() from None
        if found is None:
            raise HttpError(404, "NOT_FOUND", "There is no certificate with this code.")
        if found.state is not CertificateState.VALID:
            raise HttpError(410, "GONE", "This certificate was withdrawn.")
        return found

    async def _found(self, request: Request) -> Certificate | None:
        """Return the certificate that the path names; raises UnavailableError."""
        async with self._charges.of(request) as charge:
            charge(SIGNATURE)
            code = certificates.checked_code(request.path_params["code"])
            if code is None:
                return None
            charge(CERTIFICATE)
            try:
                async with self._ports.open_reads(Meter()) as reads:
                    return await reads.certificates.by_code(code)
            except TimeoutError:
                raise UnavailableError("The database does not answer.") from None

    def _signed(self, claims: dict[str, Any]) -> str:
        return self._tokens.signed(claims, kid=self._addresses.key(self._tokens.key_ids[0]))


def certificate_routes(ports: Ports, charges: LinkCharges, tokens: JwtTokens) -> list[Route]:
    """Return the routes below `/certificates`."""
    at = CertificateEndpoints(ports, charges, tokens)
    answers: dict[str, Answer] = {
        "/certificates/issuer": at.issuer,
        "/certificates/keys/{kid}": at.key,
        "/certificates/status/{number:int}": at.status,
        "/certificates/{code}": at.page,
        "/certificates/{code}/credential": at.credential,
        "/certificates/{code}/credential.json": at.claims,
    }
    return [Route(path, answer) for path, answer in answers.items()]


def _file(ending: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="questpath-certificate.{ending}"'}


def _down() -> HttpError:
    return HttpError(
        503, "UPSTREAM_UNAVAILABLE", "The database does not answer; try again in a moment.", retry_after="10"
    )
