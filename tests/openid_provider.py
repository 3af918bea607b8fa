"""An OpenID provider on a loopback port: it shows a page, checks PKCE and signs with RSA keys of its own."""

import asyncio
import hashlib
import json
import socket
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.processes.serving import Server
from gateway.settings.outside import Registration

HERE = "https://app.example.org/sign-in"
CLIENT, CLIENT_SECRET = "client-of-a-test", "secret-of-a-test"


@cache
def key_named(kid: str) -> rsa.RSAPrivateKey:
    """Make a key, one for each name."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


@dataclass
class OpenIdProvider:
    """The provider; a test changes what it says through `claims`, `header`, `sign` and the answers."""

    url: str = ""
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
    sign: Callable[["OpenIdProvider", dict[str, Any]], str] | None = None
    answers: dict[str, Response] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    pages: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def registration(self) -> Registration:
        return Registration(
            issuer=self.url,
            client_id=CLIENT,
            client_secret=CLIENT_SECRET,
            redirect_uris=frozenset({HERE}),
        )

    def visit(self, page: str) -> dict[str, str]:
        """Choose an account on the page and return the parameters with which the browser is sent back."""
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
        return self.answers.get("discovery") or JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }
        )

    async def _keys(self, _request: Request) -> Response:
        self.asked["keys"] += 1
        if "keys" in self.answers:
            return self.answers["keys"]
        keys = [
            json.loads(RSAAlgorithm.to_jwk(key_named(kid).public_key()))
            | {"kid": kid, "use": "sig", "alg": "RS256"}
            for kid in self.published
        ]
        return JSONResponse({"keys": keys})

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
            or (form["client_id"], form["client_secret"]) != (CLIENT, CLIENT_SECRET)
            or form["grant_type"] != "authorization_code"
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"id_token": self._id_token(page["nonce"]), "token_type": "Bearer"})

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


def signed(provider: OpenIdProvider, claims: dict[str, Any]) -> str:
    """Sign as Google does."""
    return jwt.encode(claims, key_named(provider.kid), "RS256", headers={"kid": provider.kid})


@asynccontextmanager
async def openid_provider() -> AsyncIterator[OpenIdProvider]:
    """Run a provider in the loop of the test until the end of the block."""
    provider = OpenIdProvider()
    listener = socket.create_server(("127.0.0.1", 0))
    provider.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    ready = asyncio.Event()
    server = Server(Starlette(routes=provider.routes()), on_ready=ready.set)
    running = asyncio.create_task(server.serve([listener]))
    await asyncio.wait_for(ready.wait(), 10)
    try:
        yield provider
    finally:
        server.should_exit = True
        await running
