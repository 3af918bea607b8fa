"""The refresh cookie over real HTTP: how it is set, used, and protected from pages of other origins."""

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
    """Send a document as a page of the gateway's origin does, unless another origin is given."""
    defaults = {"origin": live.url} | ({"cookie": f"{NAME}={cookie}"} if cookie else {})
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    variables = {"input": ADA} if text is REGISTER else {}
    return await live.client.post(
        "/graphql", json={"query": text, "variables": variables}, headers=defaults | given
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
async def test_an_invalid_cookie_is_refused_and_cleared_if_well_formed(live: Live, cookie: str) -> None:
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


async def test_a_query_with_the_cookie_sets_none_and_is_anonymous(live: Live) -> None:
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
async def test_a_page_of_another_origin_is_blocked_if_the_cookie_is_sent(
    live: Live, headers: dict[str, str]
) -> None:
    cookie = cookie_of(await send(live, REGISTER))

    for text in (REFRESH, WHO):
        response = await send(live, text, cookie, **headers)

        assert response.status_code == 403
        assert response.json()["errors"][0]["extensions"]["code"] == "CSRF_BLOCKED"
        assert "set-cookie" not in response.headers
    assert (await send(live, REFRESH, cookie)).json()["data"]["refreshSession"]["userErrors"] == []


async def test_a_page_of_another_origin_cannot_sign_in_by_cookie(live: Live) -> None:
    response = await send(live, REGISTER, origin="https://evil.example")

    assert response.json()["errors"][0]["extensions"]["code"] == "CSRF_BLOCKED"
    assert "set-cookie" not in response.headers


async def test_a_refusal_names_origin_and_setting(live: Live) -> None:
    cookie = cookie_of(await send(live, REGISTER))

    refused = await send(live, REFRESH, cookie, origin="https://evil.example")
    odd = await send(live, REFRESH, cookie, origin="https://evil.example/~")
    no_cookie = await send(live, REGISTER, origin="https://evil.example")

    for response in (refused, no_cookie):
        message = response.json()["errors"][0]["message"]
        assert "https://evil.example" in message
        assert "QUESTPATH_ORIGINS" in message
    assert "Pages of this origin" in odd.json()["errors"][0]["message"]


SIGN_INS = {
    "register": REGISTER.replace("__typename", "... on UserError { code field message }"),
    "login": """mutation ($input: LoginInput!) {
      login(input: $input) { accessToken userErrors { ... on UserError { code field message } } }
    }""",
}


@pytest.mark.parametrize(
    ("origin", "site", "word"),
    [
        ("http://localhost:5173", "cross-site", "two sites"),
        (APP, "cross-site", "another site"),
        ("http://192.168.1.5:5173", None, "https"),
    ],
)
@pytest.mark.parametrize("name", list(SIGN_INS))
@pytest.mark.parametrize("overrides", [{"origins": [APP, "http://192.168.1.5:5173"]}])
async def test_a_sign_in_whose_cookie_the_browser_would_drop_is_refused_with_the_reason(
    live: Live, name: str, origin: str, site: str | None, word: str
) -> None:
    own = {"email": ADA["email"], "password": ADA["password"], "refreshBy": "COOKIE"}
    if name == "login":
        await live.register("ada")
    page = {"origin": origin} | ({"sec-fetch-site": site} if site else {})
    body = {"query": SIGN_INS[name], "variables": {"input": ADA if name == "register" else own}}

    refused = await live.client.post("/graphql", json=body, headers=page)
    same = await live.client.post(
        "/graphql", json=body, headers={"origin": live.url, "sec-fetch-site": "same-origin"}
    )

    (error,) = refused.json()["data"][name]["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "refreshBy")
    assert word in error["message"]
    assert "set-cookie" not in refused.headers
    assert same.json()["data"][name]["userErrors"] == []
    assert "set-cookie" in same.headers


async def test_a_page_of_a_configured_origin_may_use_the_cookie(live: Live) -> None:
    cookie = cookie_of(await send(live, REGISTER, origin=APP))

    response = await send(live, REFRESH, cookie, origin=APP)

    assert response.json()["data"]["refreshSession"]["userErrors"] == []


async def test_a_forged_client_address_is_ignored(live: Live) -> None:
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


async def test_over_a_websocket_no_cookie_is_set_and_an_error_says_so(live: Live) -> None:
    url = live.url.replace("http", "ws") + "/graphql"
    text = REGISTER.replace("__typename", "... on UserError { code message }")
    operation = {"id": "1", "type": "subscribe", "payload": {"query": text, "variables": {"input": ADA}}}
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        for message in ({"type": "connection_init"}, operation):
            await socket.send(json.dumps(message))
        await socket.recv()
        payload = json.loads(await socket.recv())["payload"]["data"]["register"]

    (error,) = payload["userErrors"]
    assert error["code"] == "INVALID_INPUT"
    assert "send this mutation over HTTP" in error["message"]
    assert payload["accessToken"] is None
