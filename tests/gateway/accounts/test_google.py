"""Google's part is played by a provider on a loopback port: what it says is believed only as the standard allows."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from domain import external_sign_in
from domain.external_identities import CodeExchange, ProviderRefusedError, ProviderUnavailableError
from domain.external_sign_in import Begun
from gateway.accounts import provider_documents
from gateway.accounts.google import Google, opened
from gateway.accounts.provider_documents import Endpoints, SigningKeys, client
from gateway.security import mint, now
from gateway.settings.outside import is_safe
from tests.gateway.conftest import Live
from tests.openid_provider import (
    CLIENT,
    CLIENT_SECRET,
    HERE,
    OpenIdProvider,
    key_named,
    openid_provider,
    signed,
)

SECRET = b"the secret of a test"
LONG_AGO = datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
async def provider() -> AsyncIterator[OpenIdProvider]:
    async with openid_provider() as running:
        yield running


@pytest.fixture
async def google(provider: OpenIdProvider) -> AsyncIterator[Google]:
    async with opened(provider.registration) as made:
        assert made is not None
        yield made


def begun(google: Google) -> Begun:
    return external_sign_in.begin(google, redirect_uri=HERE, mint=mint, now=now(), secret=SECRET)


async def exchange(google: Google, provider: OpenIdProvider, **changes: str) -> CodeExchange:
    """Go to the page and come back with what is exchanged."""
    flow = begun(google)
    sent_back = provider.visit(await google.page(flow.challenge))
    usual = {
        "code": sent_back["code"],
        "redirect_uri": HERE,
        "code_verifier": external_sign_in._verifier(flow.secret, SECRET),
        "nonce": flow.challenge.nonce,
    }
    return CodeExchange(**usual | changes)


async def test_a_person_is_proven(google: Google, provider: OpenIdProvider) -> None:
    proven = await google.prove(await exchange(google, provider))

    assert (proven.issuer, proven.subject) == (provider.url, "1234")
    assert (proven.email, proven.email_verified, proven.name) == ("grace@example.org", True, "Grace Hopper")


def unsigned(_provider: OpenIdProvider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, None, "none", headers={"kid": "first"})


def by_client_secret(_provider: OpenIdProvider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, CLIENT_SECRET * 3, "HS256", headers={"kid": "first"})


def by_another_key(_provider: OpenIdProvider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, key_named("second"), "RS256", headers={"kid": "first"})


def by_another_algorithm(_provider: OpenIdProvider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, key_named("first"), "RS512", headers={"kid": "first"})


def with_its_own_key(provider: OpenIdProvider, claims: dict[str, Any]) -> str:
    headers = {"kid": "own", "jku": f"{provider.url}/evil", "x5u": f"{provider.url}/evil"}
    return jwt.encode(claims, key_named("second"), "RS256", headers=headers)


def without_a_key_name(_provider: OpenIdProvider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, key_named("first"), "RS256")


def no_token(_provider: OpenIdProvider, _claims: dict[str, Any]) -> str:
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
    google: Google, provider: OpenIdProvider, sign: Any
) -> None:
    provider.sign = sign

    with pytest.raises(ProviderRefusedError):
        await google.prove(await exchange(google, provider))

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
async def test_a_token_for_someone_else_or_another_time_is_refused(
    google: Google, provider: OpenIdProvider, claims: dict[str, Any]
) -> None:
    provider.claims = claims

    with pytest.raises(ProviderRefusedError):
        await google.prove(await exchange(google, provider))


@pytest.mark.parametrize("name", ["iss", "sub", "aud", "exp", "iat", "nonce"])
async def test_a_token_that_lacks_something_is_refused(
    google: Google, provider: OpenIdProvider, name: str
) -> None:
    provider.dropped = {name}

    with pytest.raises(ProviderRefusedError):
        await google.prove(await exchange(google, provider))


@pytest.mark.parametrize("verified", [None, "true", 1, False])
async def test_only_a_plain_true_says_that_an_address_is_verified(
    google: Google, provider: OpenIdProvider, verified: object
) -> None:
    provider.claims = {"email_verified": verified}

    proven = await google.prove(await exchange(google, provider))

    assert not proven.email_verified


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
async def test_a_code_is_exchanged_only_by_who_began(
    google: Google, provider: OpenIdProvider, changes: dict[str, str]
) -> None:
    with pytest.raises(ProviderRefusedError):
        await google.prove(await exchange(google, provider, **changes))


async def test_a_key_that_is_new_is_fetched_and_the_old_one_forgotten(provider: OpenIdProvider) -> None:
    clock = [1_000.0]
    async with client() as http:
        keys = SigningKeys(http, Endpoints(http, provider.url), clock=lambda: clock[0])
        assert await keys.get("first") is not None
        provider.published = ["second"]

        at_once = await keys.get("second")
        clock[0] += provider_documents.REST_S + provider_documents.UNKNOWN_FOR_S
        later = await keys.get("second")

        assert at_once is None
        assert later is not None
        assert await keys.get("first") is None


async def test_unknown_key_names_cost_the_provider_one_request_a_minute(provider: OpenIdProvider) -> None:
    clock = [1_000.0]
    async with client() as http:
        keys = SigningKeys(http, Endpoints(http, provider.url), clock=lambda: clock[0])

        for number in range(200):
            await keys.get(f"unknown {number}")
        first_minute = provider.asked["keys"]
        clock[0] += provider_documents.REST_S
        for _ in range(50):
            await keys.get("unknown 199")

    assert first_minute == 1
    assert provider.asked["keys"] == 1


async def test_keys_are_kept_and_read_anew_after_six_hours(provider: OpenIdProvider) -> None:
    clock = [1_000.0]
    async with client() as http:
        keys = SigningKeys(http, Endpoints(http, provider.url), clock=lambda: clock[0])

        for hours in (0, 1, 5, 6, 7):
            clock[0] = 1_000.0 + hours * 3_600
            assert await keys.get("first") is not None

    assert provider.asked["keys"] == 2


async def test_keys_of_other_kinds_are_passed_over(provider: OpenIdProvider) -> None:
    provider.answers["keys"] = JSONResponse(
        {
            "keys": [
                {"kty": "oct", "kid": "first", "k": "c2VjcmV0"},
                {"kty": "RSA", "kid": "second", "use": "enc"},
                {"kty": "RSA", "kid": "third", "n": "no", "e": "number"},
                {"kty": "RSA", "n": "x", "e": "AQAB"},
                "no key",
            ]
        }
    )
    async with client() as http:
        keys = SigningKeys(http, Endpoints(http, provider.url))

        assert [await keys.get(kid) for kid in ("first", "second", "third")] == [None, None, None]


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
async def test_a_provider_that_does_not_answer_as_it_should_is_unavailable(
    google: Google, provider: OpenIdProvider, answer: Response
) -> None:
    provider.answers["discovery"] = answer

    for _ in range(3):
        with pytest.raises(ProviderUnavailableError):
            await google.page(begun(google).challenge)

    assert provider.asked["discovery"] == 1


async def test_the_document_of_another_issuer_is_not_believed(
    google: Google, provider: OpenIdProvider
) -> None:
    endpoint = f"{provider.url}/authorize"
    provider.answers["discovery"] = JSONResponse(
        {"issuer": "https://other.example.org", "authorization_endpoint": endpoint}
    )

    with pytest.raises(ProviderUnavailableError):
        await google.page(begun(google).challenge)


@pytest.mark.parametrize("status", [200, 302, 500])
async def test_a_token_endpoint_that_gives_no_token_is_unavailable(
    google: Google, provider: OpenIdProvider, status: int
) -> None:
    given = await exchange(google, provider)
    provider.answers["token"] = JSONResponse({}, status)

    with pytest.raises(ProviderUnavailableError):
        await google.prove(given)


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
def test_secrets_travel_encrypted(url: object, issuer: str, safe: bool) -> None:
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
    async def overrides(self, provider: OpenIdProvider) -> dict[str, Any]:
        return {
            "google_issuer": provider.url,
            "google_client_id": CLIENT,
            "google_client_secret": CLIENT_SECRET,
            "google_redirect_uris": HERE,
        }

    async def test_somebody_signs_in(self, live: Live, provider: OpenIdProvider) -> None:
        response = await live.post(BEGIN, input={"redirectUri": HERE})
        begun = response.json()["data"]["beginGoogleSignIn"]
        sent_back = provider.visit(begun["authorizationUrl"])

        finished = await live.post(FINISH, input={**sent_back, "flow": begun["flow"]})

        payload = finished.json()["data"]["signInWithGoogle"]
        assert payload["userErrors"] == []
        assert payload["user"] == {"handle": "grace_hopper", "email": "grace@example.org"}
        own = await live.post("{ viewer { user { handle } } }", token=payload["accessToken"])
        assert own.json()["data"]["viewer"]["user"]["handle"] == "grace_hopper"


def test_the_provider_of_the_tests_signs_as_google_does() -> None:
    header = jwt.get_unverified_header(signed(OpenIdProvider(), {}))

    assert (header["alg"], header["kid"]) == ("RS256", "first")
