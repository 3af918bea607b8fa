"""Delivery of refresh tokens: by payload or by cookie, never both ways."""

import asyncio
from typing import Any

import pytest

from domain.accounts.audit import AuditAction, AuditFilter
from domain.authentication.sessions import SessionLifetime
from domain.paging import window
from domain.unit_of_work import Meter
from resolvers.request_info import RequestInfo
from tests.support.schema_client import START, Asker

_TOKENS = "user { id email } accessToken refreshToken session { id current } userErrors { ... on UserError { code field message } }"
REGISTER = f"mutation ($input: RegisterInput!) {{ register(input: $input) {{ {_TOKENS} }} }}"
LOGIN = f"mutation ($input: LoginInput!) {{ login(input: $input) {{ {_TOKENS} }} }}"
REFRESH = f"mutation ($input: RefreshSessionInput!) {{ refreshSession(input: $input) {{ {_TOKENS} }} }}"
NEW = {
    "email": "ada@example.org",
    "password": "correct horse battery",
    "handle": "ada_l",
    "displayName": "Ada",
}
KNOWN = {"email": NEW["email"], "password": NEW["password"]}


def browser(**values: Any) -> RequestInfo:
    return RequestInfo(takes_cookies=True, **values)


async def registered(ask: Asker, **values: Any) -> dict[str, Any]:
    payload: dict[str, Any] = (await ask.data(REGISTER, input=NEW | values))["register"]
    return payload


async def refreshed(ask: Asker, token: str | None = None) -> dict[str, Any]:
    given = {} if token is None else {"refreshToken": token}
    payload: dict[str, Any] = (await ask.data(REFRESH, input=given))["refreshSession"]
    return payload


async def test_delivery_by_payload_gives_a_token_and_no_cookie(ask: Asker) -> None:
    ask.request_info = browser()

    payload = await registered(ask)

    assert payload["refreshToken"] is not None
    assert payload["session"]["current"] is True
    assert ask.request_info.new_cookie is None


@pytest.mark.parametrize("document", ["register", "login"])
async def test_delivery_by_cookie_sets_a_cookie_for_the_session_and_gives_no_token(
    ask: Asker, document: str
) -> None:
    if document == "login":
        await registered(ask)
    ask.request_info = browser()

    text, given = (LOGIN, KNOWN) if document == "login" else (REGISTER, NEW)
    payload = (await ask.data(text, input=given | {"refreshBy": "COOKIE"}))[document]

    assert payload["userErrors"] == []
    assert payload["refreshToken"] is None
    assert ask.request_info.new_cookie
    assert ask.request_info.cookie_ends_at == START + SessionLifetime().idle


async def test_refreshing_by_cookie_sets_a_new_cookie(ask: Asker) -> None:
    ask.request_info = browser()
    await registered(ask, refreshBy="COOKIE")
    first = ask.request_info.new_cookie
    ask.request_info = browser(refresh_cookie=first)

    payload = await refreshed(ask)

    assert payload["accessToken"] is not None
    assert payload["user"]["email"] == "ada@example.org"
    assert payload["refreshToken"] is None
    assert ask.request_info.new_cookie not in {None, "", first}
    assert ask.request_info.cookie_ends_at == START + SessionLifetime().idle


async def test_a_token_in_the_input_is_answered_in_the_payload_despite_a_cookie(ask: Asker) -> None:
    token = (await registered(ask))["refreshToken"]
    ask.request_info = browser(refresh_cookie="0" * 64)

    payload = await refreshed(ask, token)

    assert payload["refreshToken"] not in {None, token}
    assert ask.request_info.new_cookie is None


async def test_a_refused_cookie_is_cleared(ask: Asker) -> None:
    ask.request_info = browser(refresh_cookie="0" * 64)

    payload = await refreshed(ask)

    assert payload["userErrors"][0]["code"] == "INVALID_REFRESH_TOKEN"
    assert ask.request_info.new_cookie == ""


async def test_refreshing_without_token_and_cookie_is_refused_with_advice(ask: Asker) -> None:
    payload = await refreshed(ask)

    (error,) = payload["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_REFRESH_TOKEN", "refreshToken")
    assert "cookie" in error["message"]


async def test_a_websocket_sets_no_cookie_and_stores_nothing(ask: Asker) -> None:
    ask.request_info = RequestInfo(transport="websocket")

    payload = await registered(ask, refreshBy="COOKIE")

    (error,) = payload["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "refreshBy")
    assert "websocket" in error["message"]
    assert (await registered(ask))["userErrors"] == []


async def test_a_foreign_page_gets_no_cookie(ask: Asker) -> None:
    ask.request_info = browser(same_origin=False)

    response = await ask(REGISTER, input=NEW | {"refreshBy": "COOKIE"})

    assert response["data"] == {"register": None}
    assert response["errors"][0]["extensions"]["code"] == "CSRF_BLOCKED"
    assert ask.request_info.new_cookie is None
    assert (await registered(ask))["userErrors"] == []


async def test_a_foreign_page_that_asks_for_a_cookie_learns_nothing_about_passwords(ask: Asker) -> None:
    await registered(ask)
    ask.request_info = browser(same_origin=False)

    codes = []
    for password in (*["wrong"] * 12, KNOWN["password"]):
        response = await ask(LOGIN, input=KNOWN | {"password": password, "refreshBy": "COOKIE"})
        codes.append(response["errors"][0]["extensions"]["code"])

    assert codes == ["CSRF_BLOCKED"] * 13
    ask.request_info = browser()
    assert (await ask.data(LOGIN, input=KNOWN))["login"]["userErrors"] == []


async def test_a_foreign_page_does_not_refresh_by_cookie(ask: Asker) -> None:
    ask.request_info = browser()
    await registered(ask, refreshBy="COOKIE")
    cookie = ask.request_info.new_cookie
    ask.request_info = browser(same_origin=False, refresh_cookie=cookie)

    response = await ask(REFRESH, input={})

    assert response["errors"][0]["extensions"]["code"] == "CSRF_BLOCKED"
    ask.request_info = browser(refresh_cookie=cookie)
    ask.clock.forward(minutes=1)
    assert (await refreshed(ask))["userErrors"] == []


async def test_fifty_concurrent_refreshes_leave_one_unspent_token(ask: Asker) -> None:
    token = (await registered(ask))["refreshToken"]

    payloads = await asyncio.gather(*(refreshed(ask, token) for _ in range(50)))

    (successor,) = {payload["refreshToken"] for payload in payloads}
    async with ask.postgres.open_reads(Meter()) as reads:
        unspent = await reads.connection.raw.fetchval(
            "SELECT count(*) FROM refresh_tokens WHERE spent_at IS NULL"
        )
    assert unspent == 1
    assert (await refreshed(ask, successor))["userErrors"] == []


async def test_a_stolen_token_is_refused_ends_the_session_and_is_audited(ask: Asker) -> None:
    first = await registered(ask)
    second = await refreshed(ask, first["refreshToken"])
    third = await refreshed(ask, second["refreshToken"])

    stolen = await refreshed(ask, first["refreshToken"])

    assert stolen["userErrors"][0]["code"] == "INVALID_REFRESH_TOKEN"
    assert (await refreshed(ask, third["refreshToken"]))["userErrors"] != []
    asked = AuditFilter(action=AuditAction.REFRESH_TOKEN_REUSED)
    async with ask.postgres.open_reads(Meter()) as reads:
        (entry,) = (await reads.audit.page(asked, window())).nodes
    assert entry.target == first["user"]["id"]
    assert {detail.name: detail.value for detail in entry.difference}["session"] == first["session"]["id"]


@pytest.mark.parametrize("refresh_by", ["COOKIE", "PAYLOAD"])
async def test_a_session_whose_cookie_is_replaced_ends(ask: Asker, refresh_by: str) -> None:
    ask.request_info = browser()
    first = await registered(ask, refreshBy="COOKIE")
    cookie = ask.request_info.new_cookie
    ask.request_info = browser(refresh_cookie=cookie)

    second = (await ask.data(LOGIN, input=KNOWN | {"refreshBy": refresh_by}))["login"]

    ended = refresh_by == "COOKIE"
    async with ask.postgres.open_reads(Meter()) as reads:
        user_id = second["user"]["id"]
        (found,) = await reads.sessions.open_by_users([user_id], viewer_id=user_id, now=ask.clock())
        page = await reads.audit.page(AuditFilter(action=AuditAction.SIGNED_OUT), window(first=10))
    assert {session.id for session in found} == {second["session"]["id"]} | (
        set() if ended else {first["session"]["id"]}
    )
    assert [entry.target for entry in page.nodes] == ([user_id] if ended else [])
    ask.request_info = browser(refresh_cookie=cookie)
    assert bool((await refreshed(ask))["userErrors"]) == ended
