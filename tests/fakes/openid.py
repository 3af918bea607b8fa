"""An OpenID provider in memory; the real one has its own test."""

from domain.authentication.external_identities import (
    AuthorizationRequest,
    CodeExchange,
    ProviderRefusedError,
    VerifiedIdentity,
)

REDIRECT_URI = "https://app.example.org/sign-in"


class FakeProvider:
    """Returns the identity behind a code if the nonce is that of a request; `requests` are those it got."""

    name = "Google"
    redirect_uris = frozenset({REDIRECT_URI})

    def __init__(self) -> None:
        self.identities: dict[str, VerifiedIdentity] = {}
        self.requests: list[AuthorizationRequest] = []

    async def authorization_url(self, request: AuthorizationRequest) -> str:
        self.requests.append(request)
        return f"https://accounts.example.org/page?state={request.state}"

    async def exchange_code(self, exchange: CodeExchange) -> VerifiedIdentity:
        known = {(request.nonce, request.redirect_uri) for request in self.requests}
        identity = self.identities.get(exchange.code)
        if identity is None or (exchange.nonce, exchange.redirect_uri) not in known:
            raise ProviderRefusedError("Google did not confirm who you are; begin again.")
        return identity
