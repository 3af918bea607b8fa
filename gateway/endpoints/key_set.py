"""Key set: the public keys of access tokens, for services that verify tokens themselves."""

from starlette.requests import Request
from starlette.responses import Response

from gateway.authentication.access_tokens import JwtTokens

KEY_SET_PATH = "/.well-known/jwks.json"
_MAX_AGE_S = 300


class KeySet:
    """Returns the JWK set, which changes only when the process starts with other secrets."""

    def __init__(self, tokens: JwtTokens) -> None:
        self._body = tokens.key_set()

    async def answer(self, _request: Request) -> Response:
        """Return the keys; they may be cached for five minutes."""
        headers = {"cache-control": f"public, max-age={_MAX_AGE_S}", "x-content-type-options": "nosniff"}
        return Response(self._body, media_type="application/jwk-set+json", headers=headers)
