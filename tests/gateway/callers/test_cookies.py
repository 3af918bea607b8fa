"""The browser's refresh cookie over real HTTP: how it is set, used, and kept from other people's pages."""

import json
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.gateway.conftest import Live

NAME = "__Host-questpath-refresh"
APP = "https://app.example.org"
REGISTER = """mutation ($input: RegisterInput!) {
  register(input: $input) { accessToken refreshToken session { device address } userErrors { __typename } }
}"""
REFRESH = """mutation ($input: RefreshSessionInput! = {}) {
  refreshSession(input: $input) { accessToken refreshToken userErrors { ... on UserError { code } } }
}"""
LOGOUT = "mutation { logout { signedOut } }"
WHO = "{ viewer { user { handle } } }"
ADA = {
    "email": "ada@example.org",
    "password": "correct horse battery",
    "handle": "ada",
    "displayName": "Ada",
    "refreshBy": "COOKIE",
}


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"origins": [APP]}


async def send(live: Live, text: str, cookie: str | None = None, **headers: str) -> httpx.Response:
    """Send a document as a page of ours does, unless another origin is given."""
    usual = {"origin": live.url} | ({"cookie": f"{NAME}={cookie}"} if cookie else {})
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    variables = {"input": ADA} if text is REGISTER else {}
    return await live.client.post(
        "/graphql", json={"query": text, "variables": variables}, headers=usual | given
    )


def cookie_of(response: httpx.Response) -> str:
    name, _, rest = response.headers["set-cookie"].partition("=")
    assert name == NAME
    value: str = rest.partition(";")[0]
    return value


async def test_signing_in_by_cookie_sets_it_for_thirty_days_and_shows_no_token(live: Live) -> None:
    response = await send(live, REGISTER, user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/141.0")

    payload = response.json()["data"]["register"]
    assert payload["refreshToken"] is None
    assert payload["session"] == {"device": "Firefox on Linux", "address": "127.0.0.0/24"}
    parts = response.headers["set-cookie"].split("; ")
    assert len(parts[0]) == len(NAME) + 1 + 64
    assert parts[0].partition("=")[2] not in response.text
    assert parts[2:] == ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"]
    assert 30 * 86_400 - 60 <= int(parts[1].removeprefix("Max-Age=")) <= 30 * 86_400


async def test_refreshing_needs_nothing_but_the_cookie_and_sets_the_next_one(live: Live) -> None:
    first = cookie_of(await send(live, REGISTER))

    response = await send(live, REFRESH, first)

    payload = response.json()["data"]["refreshSession"]
    assert payload["userErrors"] == []
    assert payload["refreshToken"] is None
    assert cookie_of(response) not in {"", first}
    who = await live.post(WHO, token=payload["accessToken"])
    assert who.json()["data"]["viewer"]["user"]["handle"] == "ada"


@pytest.mark.parametrize("cookie", ["f" * 64, "nonsense"])
async def test_a_cookie_that_is_not_good_is_refused_and_cleared_where_it_was_readable(
    live: Live, cookie: str
) -> None:
    response = await send(live, REFRESH, cookie)

    assert response.json()["data"]["refreshSession"]["userErrors"] == [{"code": "INVALID_REFRESH_TOKEN"}]
    if len(cookie) == 64:
        assert cookie_of(response) == ""
        assert "Max-Age=0" in response.headers["set-cookie"]
    else:
        assert "set-cookie" not in response.headers


async def test_signing_out_clears_the_cookie_and_ends_its_session(live: Live) -> None:
    registered = await send(live, REGISTER)
    cookie, token = cookie_of(registered), registered.json()["data"]["register"]["accessToken"]

    response = await send(live, LOGOUT, cookie, authorization=f"Bearer {token}")

    assert response.json() == {"data": {"logout": {"signedOut": True}}}
    assert cookie_of(response) == ""
    refused = await send(live, REFRESH, cookie)
    assert refused.json()["data"]["refreshSession"]["userErrors"] == [{"code": "INVALID_REFRESH_TOKEN"}]


async def test_a_query_with_the_cookie_sets_none_and_the_cookie_alone_signs_nobody_in(live: Live) -> None:
    cookie = cookie_of(await send(live, REGISTER))

    response = await send(live, WHO, cookie)

    assert response.json() == {"data": {"viewer": None}}
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "https://evil.example", "sec_fetch_site": "same-origin"},
    ],
    ids=str,
)
async def test_another_page_is_blocked_whatever_it_asks_with_the_cookie(
    live: Live, headers: dict[str, str]
) -> None:
    cookie = cookie_of(await send(live, REGISTER))

    for text in (REFRESH, WHO):
        response = await send(live, text, cookie, **headers)

        assert response.status_code == 403
        assert response.json()["errors"][0]["extensions"]["code"] == "CSRF_BLOCKED"
        assert "set-cookie" not in response.headers
    assert (await send(live, REFRESH, cookie)).json()["data"]["refreshSession"]["userErrors"] == []


async def test_another_page_is_not_signed_in_by_cookie(live: Live) -> None:
    response = await send(live, REGISTER, origin="https://evil.example")

    assert response.json()["errors"][0]["extensions"]["code"] == "CSRF_BLOCKED"
    assert "set-cookie" not in response.headers


async def test_a_page_of_a_configured_origin_may_use_the_cookie(live: Live) -> None:
    cookie = cookie_of(await send(live, REGISTER, origin=APP))

    response = await send(live, REFRESH, cookie, origin=APP)

    assert response.json()["data"]["refreshSession"]["userErrors"] == []


async def test_a_made_up_address_is_not_believed(live: Live) -> None:
    response = await send(live, REGISTER, x_forwarded_for="198.51.100.1")

    assert response.json()["data"]["register"]["session"]["address"] == "127.0.0.0/24"


async def test_the_key_set_is_public_and_reads_the_tokens(live: Live) -> None:
    response = await live.client.get("/.well-known/jwks.json")

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/jwk-set+json"
    assert response.headers["cache-control"] == "public, max-age=300"
    (key,) = response.json()["keys"]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("OKP", "Ed25519", "EdDSA", "sig")
    assert "d" not in key


async def test_over_a_websocket_no_cookie_is_set_and_the_person_is_told_why(live: Live) -> None:
    url = live.url.replace("http", "ws") + "/graphql"
    text = REGISTER.replace("__typename", "... on UserError { code message }")
    asked = {"id": "1", "type": "subscribe", "payload": {"query": text, "variables": {"input": ADA}}}
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        for message in ({"type": "connection_init"}, asked):
            await socket.send(json.dumps(message))
        await socket.recv()
        payload = json.loads(await socket.recv())["payload"]["data"]["register"]

    (error,) = payload["userErrors"]
    assert error["code"] == "INVALID_INPUT"
    assert "send this mutation over HTTP" in error["message"]
    assert payload["accessToken"] is None
