"""Click links over HTTP: they lead to the signed address alone, and count with consent, once."""

from typing import Any

import pytest

from domain.ids import JobId
from domain.mail import click_links
from domain.mail.mails import MailKind
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.builders.mail import a_mail
from tests.gateway.conftest import Live

URL = "https://app.example.org/goals?from=mail&x=%20y#top"
CONSENT = "mutation ($yes: Boolean) { updateEmailPreferences(input: {clickCounting: $yes}) { userErrors { __typename } } }"


async def a_reader(live: Live, consents: bool | None = True) -> tuple[str, str]:
    """Register a reader to whom a digest was sent; return the access token and the link in that mail."""
    token = await live.register("ada")
    if consents is not None:
        await live.post(CONSENT, token=token, yes=consents)
    ports = live.app.pipeline.ports
    async with ports.open_work(Meter()) as work:
        mail_id = await work.mails.add(a_mail(kind=MailKind.WEEKLY_DIGEST), job_id=JobId(mint("job")))
        await work.mails.sent(mail_id, now=ports.now())
    path = click_links.click_path(mail_id, URL, ports.mail_keys)
    assert path is not None
    return token, path


async def clicks(live: Live) -> int:
    async with live.app.pipeline.ports.open_reads(Meter()) as reads:
        raw: Any = reads.connection.raw  # type: ignore[attr-defined]
        return int(await raw.fetchval("SELECT count(*) FROM mail_events WHERE kind = 'CLICKED'"))


async def test_a_click_is_counted_once_and_leads_to_exactly_the_address(live: Live) -> None:
    _, link = await a_reader(live)

    answers = [await live.client.get(link) for _ in range(2)]

    assert [(each.status_code, each.headers["location"]) for each in answers] == [(302, URL)] * 2
    assert answers[0].headers["cache-control"] == "no-store"
    assert answers[0].headers["referrer-policy"] == "no-referrer"
    assert await clicks(live) == 1


@pytest.mark.parametrize("consents", [None, False])
async def test_without_consent_a_link_leads_on_and_nothing_is_counted(
    live: Live, consents: bool | None
) -> None:
    _, link = await a_reader(live, consents)

    assert (await live.client.get(link)).headers["location"] == URL
    assert await clicks(live) == 0


async def test_consent_that_was_withdrawn_holds_for_mails_that_were_sent(live: Live) -> None:
    token, link = await a_reader(live)
    await live.post(CONSENT, token=token, yes=False)

    assert (await live.client.get(link)).headers["location"] == URL
    assert await clicks(live) == 0


async def test_a_program_that_only_asks_for_the_head_is_no_reader(live: Live) -> None:
    _, link = await a_reader(live)

    assert (await live.client.head(link)).headers["location"] == URL
    assert await clicks(live) == 0


async def test_nothing_but_what_was_signed_is_redirected_to(live: Live) -> None:
    _, link = await a_reader(live)
    mail_id, written, signature = link.removeprefix("/l/").split(".")
    other = click_links.click_path(int(mail_id), "https://evil.example", live.app.pipeline.ports.mail_keys)
    assert other is not None
    evil = other.split(".")[1]
    wrong = [
        f"/l/{mail_id}.{evil}.{signature}",
        f"/l/{int(mail_id) + 1}.{written}.{signature}",
        f"/l/{mail_id}.{written}.{'a' * 24}",
        f"/l/{mail_id}.{written}",
        "/l/https:%2F%2Fevil.example",
        f"/l/{mail_id}.{written}.{signature}x",
        "/l/" + "9" * 5_000,
    ]

    answers = [await live.client.get(each) for each in wrong]

    assert {each.status_code for each in answers} == {404}
    assert all("location" not in each.headers for each in answers)
    assert await clicks(live) == 0
