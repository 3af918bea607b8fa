"""Providers on loopback ports: the code flow, and the checks of OpenID Connect on each response."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from domain.acts import by_platform
from domain.authentication import external_sign_in
from domain.authentication.external_identities import (
    CodeExchange,
    ProviderRefusedError,
    ProviderUnavailableError,
)
from domain.authentication.external_sign_in import Callback, NewFlow
from domain.dependency_table import IDENTITY_PROVIDER
from gateway.authentication import oidc_discovery
from gateway.authentication.oidc_discovery import ProviderEndpoints, SigningKeys, client
from gateway.authentication.openid_provider import OpenIdProvider, opened
from gateway.secrets_and_ids import mint, now
from gateway.service_status.circuit_breakers import CircuitBreakers
from gateway.settings.integrations import is_safe
from tests.gateway.conftest import Live
from tests.support.servers.openid import (
    BY_BASIC,
    BY_FORM,
    CLIENT,
    CLIENT_SECRET,
    REDIRECT_URI,
    OpenIdServer,
    jwk_of,
    key_named,
    openid_server,
    signed,
)

SECRET = b"the secret of a test"
LONG_AGO = datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
async def provider() -> AsyncIterator[OpenIdServer]:
    async with openid_server() as running:
        yield running


@pytest.fixture
async def google(provider: OpenIdServer) -> AsyncIterator[OpenIdProvider]:
    async with opened(provider.registration, CircuitBreakers()) as made:
        assert made is not None
        yield made


def new_flow(google: OpenIdProvider) -> NewFlow:
    return external_sign_in.new_flow(
        google, by_platform(now=now(), mint=mint), redirect_uri=REDIRECT_URI, secret=SECRET
    )


def endpoints_of(http: httpx.AsyncClient, provider: OpenIdServer) -> ProviderEndpoints:
    return ProviderEndpoints(http, provider.url, name=provider.name, breakers=CircuitBreakers())


async def exchange(google: OpenIdProvider, provider: OpenIdServer, **changes: str) -> CodeExchange:
    """Go to the page and come back with what is exchanged."""
    flow = new_flow(google)
    sent_back = provider.visit(await google.authorization_url(flow.request))
    callback = Callback(**sent_back, flow=flow.device_secret)
    usual = external_sign_in.code_exchange(callback, redirect_uri=REDIRECT_URI, secret=SECRET)
    return replace(usual, **changes)


async def test_a_code_is_exchanged_for_a_verified_identity(
    google: OpenIdProvider, provider: OpenIdServer
) -> None:
    identity = await google.exchange_code(await exchange(google, provider))

    assert (identity.issuer, identity.subject) == (provider.url, "1234")
    assert (identity.email, identity.email_verified, identity.name) == (
        "grace@example.org",
        True,
        "Grace Hopper",
    )


def unsigned(_provider: OpenIdServer, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, None, "none", headers={"kid": "first"})


def by_client_secret(_provider: OpenIdServer, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, CLIENT_SECRET * 3, "HS256", headers={"kid": "first"})


def by_another_key(_provider: OpenIdServer, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, key_named("second"), "RS256", headers={"kid": "first"})


def by_another_algorithm(_provider: OpenIdServer, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, key_named("first"), "RS512", headers={"kid": "first"})


def with_its_own_key(provider: OpenIdServer, claims: dict[str, Any]) -> str:
    headers = {"kid": "own", "jku": f"{provider.url}/evil", "x5u": f"{provider.url}/evil"}
    return jwt.encode(claims, key_named("second"), "RS256", headers=headers)


def without_a_key_name(_provider: OpenIdServer, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, key_named("first"), "RS256")


def no_token(_provider: OpenIdServer, _claims: dict[str, Any]) -> str:
    return "no.token.atall"


@pytest.mark.parametrize(
    "sign",
    [
        unsigned,
        by_client_secret,
        by_another_key,
        by_another_algorithm,
        with_its_own_key,
        without_a_key_name,
        no_token,
    ],
)
async def test_a_token_that_the_provider_did_not_sign_is_refused(
    google: OpenIdProvider, provider: OpenIdServer, sign: Any
) -> None:
    provider.sign = sign

    with pytest.raises(ProviderRefusedError):
        await google.exchange_code(await exchange(google, provider))

    assert provider.asked["keys"] <= 1


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://accounts.example.org"},
        {"iss": "https://accounts.google.com"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"azp": "another-client"},
        {"nonce": "another nonce"},
        {"exp": LONG_AGO},
        {"iat": datetime.now(UTC) + timedelta(hours=1)},
        {"nbf": datetime.now(UTC) + timedelta(hours=1)},
        {"sub": ""},
        {"sub": "s" * 256},
    ],
)
async def test_a_token_for_another_party_or_time_is_refused(
    google: OpenIdProvider, provider: OpenIdServer, claims: dict[str, Any]
) -> None:
    provider.claims = claims

    with pytest.raises(ProviderRefusedError):
        await google.exchange_code(await exchange(google, provider))


@pytest.mark.parametrize("name", ["iss", "sub", "aud", "exp", "iat", "nonce"])
async def test_a_token_without_a_required_claim_is_refused(
    google: OpenIdProvider, provider: OpenIdServer, name: str
) -> None:
    provider.dropped = {name}

    with pytest.raises(ProviderRefusedError):
        await google.exchange_code(await exchange(google, provider))


@pytest.mark.parametrize("methods", [[BY_FORM, BY_BASIC], [BY_BASIC], None])
@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
async def test_another_issuer_needs_only_its_discovery_document(
    algorithm: str, methods: list[str] | None
) -> None:
    async with (
        openid_server() as google,
        openid_server(name="Example ID", algorithm=algorithm, auth_methods=methods) as example,
        opened(google.registration, CircuitBreakers()) as first,
        opened(example.registration, CircuitBreakers()) as second,
    ):
        assert first is not None
        assert second is not None
        by_google = await first.exchange_code(await exchange(first, google))
        by_example = await second.exchange_code(await exchange(second, example))

        assert (first.name, second.name) == ("Google", "Example ID")
        assert (by_google.issuer, by_example.issuer) == (google.url, example.url)
        with pytest.raises(ProviderRefusedError, match="Example ID did not confirm"):
            await second.exchange_code(await exchange(second, example, code="guessed"))


async def test_a_token_of_one_issuer_is_refused_by_another() -> None:
    async with (
        openid_server() as google,
        openid_server(name="Example ID") as example,
        opened(example.registration, CircuitBreakers()) as provider,
    ):
        assert provider is not None
        example.claims = {"iss": google.url}

        with pytest.raises(ProviderRefusedError):
            await provider.exchange_code(await exchange(provider, example))


@pytest.mark.parametrize("verified", [None, "true", 1, False])
async def test_only_a_boolean_true_verifies_an_address(
    google: OpenIdProvider, provider: OpenIdServer, verified: object
) -> None:
    provider.claims = {"email_verified": verified}

    identity = await google.exchange_code(await exchange(google, provider))

    assert not identity.email_verified


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "guessed"},
        {"code": ""},
        {"code": "c" * 3_000},
        {"code_verifier": "v" * 64},
        {"redirect_uri": "https://evil.example.org"},
        {"nonce": "another"},
    ],
)
async def test_a_code_is_exchanged_only_with_the_parameters_of_its_flow(
    google: OpenIdProvider, provider: OpenIdServer, changes: dict[str, str]
) -> None:
    with pytest.raises(ProviderRefusedError):
        await google.exchange_code(await exchange(google, provider, **changes))


async def test_a_new_key_is_fetched_and_the_old_one_dropped(provider: OpenIdServer) -> None:
    clock = [1_000.0]
    async with client() as http:
        keys = SigningKeys(endpoints_of(http, provider), clock=lambda: clock[0])
        assert await keys.get("first") is not None
        provider.published = ["second"]

        at_once = await keys.get("second")
        clock[0] += oidc_discovery.REST_S + oidc_discovery.UNKNOWN_FOR_S
        later = await keys.get("second")

        assert at_once is None
        assert later is not None
        assert await keys.get("first") is None


async def test_unknown_key_names_cost_the_provider_one_request_a_minute(provider: OpenIdServer) -> None:
    clock = [1_000.0]
    async with client() as http:
        keys = SigningKeys(endpoints_of(http, provider), clock=lambda: clock[0])

        for number in range(200):
            await keys.get(f"unknown {number}")
        first_minute = provider.asked["keys"]
        clock[0] += oidc_discovery.REST_S
        for _ in range(50):
            await keys.get("unknown 199")

    assert first_minute == 1
    assert provider.asked["keys"] == 1


async def test_keys_are_cached_for_six_hours(provider: OpenIdServer) -> None:
    clock = [1_000.0]
    async with client() as http:
        keys = SigningKeys(endpoints_of(http, provider), clock=lambda: clock[0])

        for hours in (0, 1, 5, 6, 7):
            clock[0] = 1_000.0 + hours * 3_600
            assert await keys.get("first") is not None

    assert provider.asked["keys"] == 2


async def test_unusable_keys_are_skipped(provider: OpenIdServer) -> None:
    provider.answers["keys"] = JSONResponse(
        {
            "keys": [
                {"kty": "oct", "kid": "first", "k": "c2VjcmV0"},
                {"kty": "RSA", "kid": "second", "use": "enc"},
                {"kty": "RSA", "kid": "third", "n": "no", "e": "number"},
                {"kty": "RSA", "n": "x", "e": "AQAB"},
                jwk_of("first", "RS256") | {"alg": "RS512", "kid": "fourth"},
                "no key",
            ]
        }
    )
    async with client() as http:
        keys = SigningKeys(endpoints_of(http, provider))

        assert [await keys.get(kid) for kid in ("first", "second", "third", "fourth")] == [None] * 4


@pytest.mark.parametrize(
    "answer",
    [
        Response(status_code=500),
        PlainTextResponse("no json"),
        JSONResponse(["no object"]),
        JSONResponse({"padding": "x" * 300_000}),
        RedirectResponse("https://evil.example.org"),
    ],
)
async def test_a_provider_with_an_invalid_response_is_unavailable(
    google: OpenIdProvider, provider: OpenIdServer, answer: Response
) -> None:
    provider.answers["discovery"] = answer

    for _ in range(IDENTITY_PROVIDER.failures + 2):
        with pytest.raises(ProviderUnavailableError):
            await google.authorization_url(new_flow(google).request)

    assert provider.asked["discovery"] == IDENTITY_PROVIDER.failures


async def test_a_discovery_document_of_another_issuer_is_refused(
    google: OpenIdProvider, provider: OpenIdServer
) -> None:
    endpoint = f"{provider.url}/authorize"
    provider.answers["discovery"] = JSONResponse(
        {"issuer": "https://other.example.org", "authorization_endpoint": endpoint}
    )

    for _ in range(3):
        with pytest.raises(ProviderUnavailableError):
            await google.authorization_url(new_flow(google).request)

    assert provider.asked["discovery"] == 1


@pytest.mark.parametrize("status", [200, 302, 500])
async def test_a_token_endpoint_without_a_token_is_unavailable(
    google: OpenIdProvider, provider: OpenIdServer, status: int
) -> None:
    given = await exchange(google, provider)
    provider.answers["token"] = JSONResponse({}, status)

    with pytest.raises(ProviderUnavailableError):
        await google.exchange_code(given)


async def test_nobody_is_sent_to_a_provider_that_has_stopped_to_respond(
    google: OpenIdProvider, provider: OpenIdServer
) -> None:
    given = await exchange(google, provider)
    provider.answers["token"] = JSONResponse({}, 503)
    for _ in range(IDENTITY_PROVIDER.failures):
        with pytest.raises(ProviderUnavailableError):
            await google.exchange_code(given)

    with pytest.raises(ProviderUnavailableError, match=r"password, or try again in \d+ seconds"):
        await google.authorization_url(new_flow(google).request)


async def test_codes_that_the_provider_refuses_do_not_stop_others_from_signing_in(
    google: OpenIdProvider, provider: OpenIdServer
) -> None:
    for _ in range(IDENTITY_PROVIDER.failures + 1):
        with pytest.raises(ProviderRefusedError):
            await google.exchange_code(await exchange(google, provider, code="guessed"))

    assert (await google.exchange_code(await exchange(google, provider))).subject == "1234"


@pytest.mark.parametrize(
    ("url", "issuer", "safe"),
    [
        ("https://accounts.google.com/x", "https://accounts.google.com", True),
        ("http://accounts.google.com/x", "https://accounts.google.com", False),
        ("http://127.0.0.1:1/x", "https://accounts.google.com", False),
        ("http://127.0.0.1:1/x", "http://127.0.0.1:2", True),
        ("http://evil.example.org/x", "http://127.0.0.1:2", False),
        (None, "https://accounts.google.com", False),
        ("javascript:alert(1)", "https://accounts.google.com", False),
    ],
)
def test_secrets_are_sent_only_encrypted(url: object, issuer: str, safe: bool) -> None:
    assert is_safe(url, issuer=issuer) is safe


BEGIN = """mutation ($input: BeginGoogleSignInInput!) {
  beginGoogleSignIn(input: $input) { authorizationUrl flow userErrors { __typename } }
}"""
FINISH = """mutation ($input: SignInWithGoogleInput!) {
  signInWithGoogle(input: $input) { user { handle email } accessToken userErrors { __typename } }
}"""


class TestLive:
    """The whole way, over HTTP on both sides."""

    @pytest.fixture
    async def overrides(self, provider: OpenIdServer) -> dict[str, Any]:
        return {
            "google_issuer": provider.url,
            "google_client_id": CLIENT,
            "google_client_secret": CLIENT_SECRET,
            "google_redirect_uris": REDIRECT_URI,
        }

    async def test_a_user_signs_in(self, live: Live, provider: OpenIdServer) -> None:
        response = await live.post(BEGIN, input={"redirectUri": REDIRECT_URI})
        started = response.json()["data"]["beginGoogleSignIn"]
        sent_back = provider.visit(started["authorizationUrl"])

        finished = await live.post(FINISH, input={**sent_back, "flow": started["flow"]})

        payload = finished.json()["data"]["signInWithGoogle"]
        assert payload["userErrors"] == []
        assert payload["user"] == {"handle": "grace_hopper", "email": "grace@example.org"}
        own = await live.post("{ viewer { user { handle } } }", token=payload["accessToken"])
        assert own.json()["data"]["viewer"]["user"]["handle"] == "grace_hopper"


def test_the_server_of_the_tests_signs_as_google_does() -> None:
    header = jwt.get_unverified_header(signed(OpenIdServer(), {}))

    assert (header["alg"], header["kid"]) == ("RS256", "first")
