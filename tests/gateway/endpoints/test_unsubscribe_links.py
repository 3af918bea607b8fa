"""Unsubscribe links over HTTP: GET asks, POST ends the digest, and both need the signature."""

from uuid import UUID

import pytest

from domain.ids import UserId
from domain.mail import email_preferences
from tests.gateway.conftest import Live

WISH = (
    "mutation { updateEmailPreferences(input: {weeklyDigest: true}) { emailPreferences { weeklyDigest } } }"
)
ME = "{ viewer { user { id } emailPreferences { weeklyDigest } } }"


async def a_reader(live: Live) -> tuple[str, str]:
    """Register a reader of the digest; return the access token and the link in their mails."""
    token = await live.register("ada")
    await live.post(WISH, token=token)
    user_id = UserId((await live.post(ME, token=token)).json()["data"]["viewer"]["user"]["id"])
    secret = live.app.pipeline.ports.refresh_secret
    return token, email_preferences.unsubscribe_path(user_id, secret=secret)


async def wants_digest(live: Live, token: str) -> bool:
    viewer = (await live.post(ME, token=token)).json()["data"]["viewer"]
    wants: bool = viewer["emailPreferences"]["weeklyDigest"]
    return wants


async def test_opening_the_link_asks_and_changes_nothing(live: Live) -> None:
    token, link = await a_reader(live)

    response = await live.client.get(link)

    assert response.status_code == 200
    assert '<form method="post">' in response.text
    assert "form-action 'self'" in response.headers["content-security-policy"]
    assert response.headers["cache-control"] == "no-store"
    assert UUID(response.headers["x-request-id"]).version == 7
    assert await wants_digest(live, token)


async def test_one_click_ends_the_digest_and_may_be_repeated(live: Live) -> None:
    token, link = await a_reader(live)

    answers = [
        await live.client.post(
            link, data={"List-Unsubscribe": "One-Click"}, headers={"origin": "https://mail.example"}
        )
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert not await wants_digest(live, token)


@pytest.mark.parametrize(
    ("old", "new"), [("signature=", "signature=0"), ("user_", "user_X"), ("signature", "x"), ("=", "=\u00fc")]
)
async def test_a_changed_link_changes_nothing(live: Live, old: str, new: str) -> None:
    token, link = await a_reader(live)
    changed = link.replace(old, new, 1)

    answers = [await live.client.get(changed), await live.client.post(changed)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert await wants_digest(live, token)


async def test_the_link_of_a_user_who_is_gone_answers_as_usual(live: Live) -> None:
    secret = live.app.pipeline.ports.refresh_secret
    link = email_preferences.unsubscribe_path(UserId("user_gone"), secret=secret)

    assert (await live.client.post(link)).status_code == 200


async def test_a_link_accepts_no_other_method(live: Live) -> None:
    _, link = await a_reader(live)

    assert (await live.client.put(link)).status_code == 405
