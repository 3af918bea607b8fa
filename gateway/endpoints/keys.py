"""The public keys of access tokens, for services that read them by themselves."""

from starlette.requests import Request
from starlette.responses import Response

from gateway.accounts.tokens import JwtTokens

KEY_SET_PATH = "/.well-known/jwks.json"
_KEPT_S = 300


class KeySet:
    """Answers with the JWK set, which changes only with the secrets that the process was started with."""

    def __init__(self, tokens: JwtTokens) -> None:
        self._body = tokens.key_set()

    async def answer(self, _request: Request) -> Response:
        """Answer with the keys; they may be kept for five minutes."""
        headers = {"cache-control": f"public, max-age={_KEPT_S}", "x-content-type-options": "nosniff"}
        return Response(self._body, media_type="application/jwk-set+json", headers=headers)
