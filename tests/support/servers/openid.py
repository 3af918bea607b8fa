"""An OpenID provider on a loopback port: it checks PKCE and the client, and signs id tokens with its own keys."""

import asyncio
import hashlib
import socket
from base64 import b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.processes.server import Server
from gateway.settings.integrations import Registration
from tests.support.patience import PATIENCE_S

REDIRECT_URI = "https://app.example.org/sign-in"
CLIENT, CLIENT_SECRET = "client-of-a-test", "secret: of a test"
BY_FORM, BY_BASIC = "client_secret_post", "client_secret_basic"
SigningKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@cache
def key_named(kid: str, algorithm: str = "RS256") -> SigningKey:
    """Make a key, one for each name and algorithm."""
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def jwk_of(kid: str, algorithm: str) -> dict[str, Any]:
    """Return the public half of a key as a provider publishes it."""
    public = key_named(kid, algorithm).public_key()
    jwk: dict[str, Any] = jwt.get_algorithm_by_name(algorithm).to_jwk(public, as_dict=True)
    return jwk | {"kid": kid, "use": "sig", "alg": algorithm}


@dataclass
class OpenIdServer:
    """The provider; a test changes its responses through `claims`, `dropped`, `sign` and `answers`."""

    url: str = ""
    name: str = "Google"
    algorithm: str = "RS256"
    auth_methods: list[str] | None = field(default_factory=lambda: [BY_FORM, BY_BASIC])
    person: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "1234",
            "email": "grace@example.org",
            "email_verified": True,
            "name": "Grace Hopper",
        }
    )
    published: list[str] = field(default_factory=lambda: ["first"])
    kid: str = "first"
    claims: dict[str, Any] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    sign: Callable[["OpenIdServer", dict[str, Any]], str] | None = None
    answers: dict[str, Response] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    pages: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def registration(self) -> Registration:
        return Registration(
            name=self.name,
            issuer=self.url,
            client_id=CLIENT,
            client_secret=CLIENT_SECRET,
            redirect_uris=frozenset({REDIRECT_URI}),
        )

    def visit(self, page: str) -> dict[str, str]:
        """Choose an account on the page, and return the parameters of the callback."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
        assert urlsplit(page).path == "/authorize"
        assert query["client_id"] == CLIENT
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert set(query["scope"].split()) == {"openid", "email", "profile"}
        code = f"code-{len(self.pages)}"
        self.pages[code] = query
        return {"code": code, "state": query["state"]}

    def routes(self) -> list[Route]:
        return [
            Route("/.well-known/openid-configuration", self._discovery),
            Route("/keys", self._keys),
            Route("/token", self._token, methods=["POST"]),
        ]

    async def _discovery(self, _request: Request) -> Response:
        self.asked["discovery"] += 1
        document: dict[str, Any] = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }
        if self.auth_methods is not None:
            document |= {"token_endpoint_auth_methods_supported": self.auth_methods}
        return self.answers.get("discovery") or JSONResponse(document)

    async def _keys(self, _request: Request) -> Response:
        self.asked["keys"] += 1
        if "keys" in self.answers:
            return self.answers["keys"]
        return JSONResponse({"keys": [jwk_of(kid, self.algorithm) for kid in self.published]})

    async def _token(self, request: Request) -> Response:
        self.asked["token"] += 1
        if "token" in self.answers:
            return self.answers["token"]
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        page = self.pages.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if (
            page is None
            or urlsafe_b64encode(digest).decode().rstrip("=") != page["code_challenge"]
            or form["redirect_uri"] != page["redirect_uri"]
            or not self._authenticates(request, form)
            or form["grant_type"] != "authorization_code"
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"id_token": self._id_token(page["nonce"]), "token_type": "Bearer"})

    def _authenticates(self, request: Request, form: dict[str, str]) -> bool:
        """Tell whether the client sent its secret in exactly one way, and in one that the provider supports."""
        scheme, _, sent = request.headers.get("authorization", "").partition(" ")
        by_form = (form.get("client_id"), form.get("client_secret")) == (CLIENT, CLIENT_SECRET)
        by_basic = scheme == "Basic" and b64decode(sent).decode() == f"{quote(CLIENT)}:{quote(CLIENT_SECRET)}"
        methods = self.auth_methods or [BY_BASIC]
        return by_form != by_basic and (BY_FORM if by_form else BY_BASIC) in methods

    def _id_token(self, nonce: str) -> str:
        now = datetime.now(UTC)
        usual = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + timedelta(minutes=5),
            "nonce": nonce,
        }
        claims = {k: v for k, v in (usual | self.person | self.claims).items() if k not in self.dropped}
        return (self.sign or signed)(self, claims)


def signed(provider: OpenIdServer, claims: dict[str, Any]) -> str:
    """Sign with the provider's key and algorithm."""
    key = key_named(provider.kid, provider.algorithm)
    return jwt.encode(claims, key, provider.algorithm, headers={"kid": provider.kid})


@asynccontextmanager
async def openid_server(**values: Any) -> AsyncIterator[OpenIdServer]:
    """Run a provider in the loop of the test until the end of the block."""
    provider = OpenIdServer(**values)
    listener = socket.create_server(("127.0.0.1", 0))
    provider.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    ready = asyncio.Event()
    server = Server(Starlette(routes=provider.routes()), on_ready=ready.set)
    running = asyncio.create_task(server.serve([listener]))
    await asyncio.wait_for(ready.wait(), PATIENCE_S)
    try:
        yield provider
    finally:
        server.should_exit = True
        await running
