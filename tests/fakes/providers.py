"""A provider of identities in memory; the real one has a test of its own."""

from domain.external_identities import Challenge, CodeExchange, ProvenIdentity, ProviderRefusedError

HERE = "https://app.example.org/sign-in"


class FakeProvider:
    """Vouches for the identity behind a code, when the nonce is that of the flow; `asked` are the pages it showed."""

    name = "Google"
    redirect_uris = frozenset({HERE})

    def __init__(self) -> None:
        self.identities: dict[str, ProvenIdentity] = {}
        self.asked: list[Challenge] = []

    async def page(self, challenge: Challenge) -> str:
        self.asked.append(challenge)
        return f"https://accounts.example.org/page?state={challenge.state}"

    async def prove(self, exchange: CodeExchange) -> ProvenIdentity:
        known = {(challenge.nonce, challenge.redirect_uri) for challenge in self.asked}
        identity = self.identities.get(exchange.code)
        if identity is None or (exchange.nonce, exchange.redirect_uri) not in known:
            raise ProviderRefusedError("Google did not confirm who you are; begin again.")
        return identity
