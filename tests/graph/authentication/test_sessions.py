"""Sessions through the schema: listing them and ending them."""

import asyncio
from typing import Any

import pytest

from domain.accounts.users import User, Viewer
from domain.acts import Origin
from domain.authentication import sign_in
from domain.authentication.sessions import SignedIn
from domain.unit_of_work import Meter
from resolvers.request_info import RequestInfo
from tests.builders.acts import an_act
from tests.support.schema_client import Asker

LIST = """query ($id: ID!) {
  user(by: {id: $id}) { sessions { id device address createdAt lastUsedAt expiresAt current } }
}"""
REVOKE = """mutation ($input: RevokeSessionInput!) {
  revokeSession(input: $input) { session { id } userErrors { ... on UserError { code field } } }
}"""
REVOKE_ALL = """mutation ($input: RevokeAllSessionsInput!) {
  revokeAllSessions(input: $input) { ended userErrors { ... on UserError { code } } }
}"""
LOGOUT = "mutation { logout { signedOut userErrors { ... on UserError { code } } } }"
COOKIE = "0" * 64


async def signed_in(ask: Asker, user: User, device: str) -> SignedIn:
    act = an_act(origin=Origin(address="203.0.113.0/24", session_id=None), now=ask.clock())
    async with ask.postgres.open_work(Meter()) as work:
        return await sign_in.open_session(work, act, RequestInfo(device=device), ask.ports, user_id=user.id)


async def listed(ask: Asker, user: User, viewer: Viewer | None) -> Any:
    return (await ask.data(LIST, viewer, id=user.id))["user"]["sessions"]


async def test_users_see_their_own_sessions_last_used_first(ask: Asker) -> None:
    ada, _ = await ask.learner()
    there = await signed_in(ask, ada, "Safari on iPhone")
    ask.clock.forward(minutes=1)
    here = await signed_in(ask, ada, "Firefox on Linux")

    found = await listed(ask, ada, here.viewer)

    assert [(s["id"], s["device"], s["current"]) for s in found] == [
        (here.session.id, "Firefox on Linux", True),
        (there.session.id, "Safari on iPhone", False),
    ]
    assert found[1] == {
        "id": there.session.id,
        "device": "Safari on iPhone",
        "address": "203.0.113.0/24",
        "createdAt": "2026-03-02T09:00:00.000Z",
        "lastUsedAt": "2026-03-02T09:00:00.000Z",
        "expiresAt": "2026-04-01T09:00:00.000Z",
        "current": False,
    }


async def test_the_sessions_of_another_user_are_hidden(ask: Asker) -> None:
    ada, _ = await ask.learner()
    _, bob = await ask.learner()
    await signed_in(ask, ada, "Firefox on Linux")

    assert await listed(ask, ada, bob) is None
    assert await listed(ask, ada, None) is None


async def test_a_revoked_session_is_gone_and_revoking_it_again_is_not_found(ask: Asker) -> None:
    ada, _ = await ask.learner()
    here, there = await signed_in(ask, ada, "Here"), await signed_in(ask, ada, "There")

    data = await ask.data(REVOKE, here.viewer, input={"id": there.session.id})

    assert data["revokeSession"] == {"session": {"id": there.session.id}, "userErrors": []}
    assert [s["id"] for s in await listed(ask, ada, here.viewer)] == [here.session.id]
    again = await ask.data(REVOKE, here.viewer, input={"id": there.session.id})
    assert again["revokeSession"]["userErrors"] == [{"code": "NOT_FOUND", "field": "id"}]


async def test_the_session_of_another_user_is_not_found(ask: Asker) -> None:
    ada, _ = await ask.learner()
    _, bob = await ask.learner()
    session = (await signed_in(ask, ada, "Here")).session

    data = await ask.data(REVOKE, bob, input={"id": session.id})

    assert data["revokeSession"]["userErrors"] == [{"code": "NOT_FOUND", "field": "id"}]


async def test_revoking_all_keeps_the_current_session_by_default(ask: Asker) -> None:
    ada, _ = await ask.learner()
    here, _, _ = [await signed_in(ask, ada, device) for device in ("Here", "There", "Elsewhere")]

    kept = await ask.data(REVOKE_ALL, here.viewer, input={})
    ended = await ask.data(REVOKE_ALL, here.viewer, input={"keepCurrent": False})

    assert kept["revokeAllSessions"] == {"ended": 2, "userErrors": []}
    assert ended["revokeAllSessions"] == {"ended": 1, "userErrors": []}


async def test_signing_out_ends_the_session_and_clears_the_cookie(ask: Asker) -> None:
    ada, _ = await ask.learner()
    here = await signed_in(ask, ada, "Here")
    ask.request_info = RequestInfo(takes_cookies=True, refresh_cookie=COOKIE)

    assert (await ask.data(LOGOUT, here.viewer))["logout"] == {"signedOut": True, "userErrors": []}

    assert await listed(ask, ada, here.viewer) == []
    assert ask.request_info.new_cookie == ""


async def test_only_ending_the_own_session_clears_the_cookie(ask: Asker) -> None:
    ada, _ = await ask.learner()
    here, there = await signed_in(ask, ada, "Here"), await signed_in(ask, ada, "There")
    ask.request_info = RequestInfo(takes_cookies=True, refresh_cookie=COOKIE)

    await ask.data(REVOKE, here.viewer, input={"id": there.session.id})
    assert ask.request_info.new_cookie is None

    await ask.data(REVOKE, here.viewer, input={"id": here.session.id})
    assert ask.request_info.new_cookie == ""


async def test_concurrent_sign_ins_keep_the_session_limit(
    ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "MOST_SESSIONS", 3)
    ada, _ = await ask.learner()

    at_once = await asyncio.gather(*(signed_in(ask, ada, "Here") for _ in range(12)))

    assert len(await listed(ask, ada, at_once[0].viewer)) == 3
