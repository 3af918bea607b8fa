"""Links that end marketing over HTTP: one click withdraws the consent, and counts for its campaign once."""

import pytest

from domain.campaigns import campaign_control
from domain.ids import UserId
from domain.mail import email_preferences
from domain.unit_of_work import Meter
from tests.builders.acts import an_act
from tests.builders.campaigns import stored_campaign
from tests.gateway.conftest import Live

WISH = "mutation { updateEmailPreferences(input: {marketing: true, weeklyDigest: true}) { emailPreferences { marketing } } }"
ME = "{ viewer { user { id } emailPreferences { marketing marketingChangedAt weeklyDigest } } }"


async def a_reader(live: Live) -> tuple[str, str]:
    """Register a recipient of a campaign; return the access token and the link in their mail."""
    token = await live.register("ada")
    await live.post(WISH, token=token)
    user_id = UserId((await live.post(ME, token=token)).json()["data"]["viewer"]["user"]["id"])
    ports = live.app.pipeline.ports
    async with ports.open_work(Meter()) as work:
        draft = await stored_campaign(work, an_act())  # type: ignore[arg-type]
        await campaign_control.send(work, an_act(), draft.id, version=1)
        await work.connection.raw.execute(  # type: ignore[attr-defined]
            "INSERT INTO campaign_recipients (campaign_id, user_id, state) VALUES ($1, $2, 'SENT')",
            draft.id,
            user_id,
        )
    return token, email_preferences.marketing_path(user_id, draft.id, secret=ports.refresh_secret)


async def preferences(live: Live, token: str) -> dict[str, object]:
    viewer = (await live.post(ME, token=token)).json()["data"]["viewer"]
    found: dict[str, object] = viewer["emailPreferences"]
    return found


async def unsubscribed(live: Live) -> int:
    async with live.app.pipeline.ports.open_reads(Meter()) as reads:
        found: int = await reads.connection.raw.fetchval(  # type: ignore[attr-defined]
            "SELECT count(*) FROM campaign_recipients WHERE unsubscribed_at IS NOT NULL"
        )
    return found


async def test_opening_the_link_asks_and_changes_nothing(live: Live) -> None:
    token, link = await a_reader(live)

    response = await live.client.get(link)

    assert response.status_code == 200
    assert "Stop mails about offers and news?" in response.text
    assert (await preferences(live, token))["marketing"] is True
    assert await unsubscribed(live) == 0


async def test_one_click_withdraws_marketing_alone_and_may_be_repeated(live: Live) -> None:
    token, link = await a_reader(live)
    before = await preferences(live, token)

    answers = [
        await live.client.post(
            link, data={"List-Unsubscribe": "One-Click"}, headers={"origin": "https://mail.example"}
        )
        for _ in range(2)
    ]
    after = await preferences(live, token)

    assert [answer.status_code for answer in answers] == [200, 200]
    assert (after["marketing"], after["weeklyDigest"]) == (False, True)
    assert before["marketingChangedAt"] is not None
    assert after["marketingChangedAt"] != before["marketingChangedAt"]
    assert await unsubscribed(live) == 1


@pytest.mark.parametrize(
    ("old", "new"), [("signature=", "signature=0"), ("campaign_", "campaign_0"), ("user_", "user_0")]
)
async def test_a_changed_link_changes_nothing(live: Live, old: str, new: str) -> None:
    token, link = await a_reader(live)
    changed = link.replace(old, new, 1)

    answers = [await live.client.get(changed), await live.client.post(changed)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert (await preferences(live, token))["marketing"] is True


async def test_the_signature_of_one_kind_of_link_opens_no_other(live: Live) -> None:
    token, link = await a_reader(live)
    user_id = UserId(link.split("/")[3])
    secret = live.app.pipeline.ports.refresh_secret
    of_digest = email_preferences.unsubscribe_path(user_id, secret=secret).partition("?")[2]

    mixed = await live.client.post(f"{link.partition('?')[0]}?{of_digest}")

    assert mixed.status_code == 404
    assert (await preferences(live, token))["marketing"] is True
