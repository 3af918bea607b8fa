"""Counted links: which links of a mail lead over this server, and which stay."""

from dataclasses import replace

import pytest

from domain.mail import click_links
from domain.mail.click_links import Click
from domain.mail.mails import Mail, MailKind
from gateway.mail import counted_links
from gateway.mail.delivery import MailSender
from tests.builders.mail import KEYS
from tests.builders.messages import MAILS, UNSUBSCRIBE

DIGEST = MAILS[MailKind.WEEKLY_DIGEST]
MAIL = Mail(
    id=5,
    to="ada@example.org",
    kind=MailKind.WEEKLY_DIGEST,
    subject=DIGEST.subject,
    body=DIGEST.body,
    values=DIGEST.values,
    counts_clicks=True,
)
SENDER = MailSender("no-reply@example.org", KEYS, api_url="https://api.example.org/")


def marked(url: str) -> str:
    return f"[{url}]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Go to https://a.example/x?y=1.", "Go to [https://a.example/x?y=1]."),
        ("(http://a.example)\nhttps://b.example/", "([http://a.example])\n[https://b.example/]"),
        ("mailto:a@b.example ftp://c.example", "mailto:a@b.example ftp://c.example"),
    ],
)
def test_web_addresses_of_a_text_are_replaced(text: str, expected: str) -> None:
    assert counted_links.in_text(text, marked) == expected


def test_only_links_of_html_are_replaced_and_their_signs_stay_escaped() -> None:
    text = '<img src="https://a.example/i.png"><a class="x" href="https://a.example/?b=1&amp;c=2">https://d.example</a>'

    assert counted_links.in_html(text, marked) == (
        '<img src="https://a.example/i.png"><a class="x" href="[https://a.example/?b=1&amp;c=2]">https://d.example</a>'
    )


def test_a_counted_link_names_mail_and_address_and_the_link_that_ends_mails_stays() -> None:
    url = "https://app.example.org/goals?x=1"
    counted = SENDER.counted(MAIL, url)

    assert counted.startswith("https://api.example.org/l/")
    assert click_links.click_of(counted.rpartition("/")[2], KEYS) == Click(mail_id=5, url=url)
    assert SENDER.counted(MAIL, UNSUBSCRIBE) == UNSUBSCRIBE
    assert SENDER.counted(replace(MAIL, counts_clicks=False), url) == url


@pytest.mark.parametrize(
    "url", ["https://a.example/" + "x" * 1_000, "https://ä.example/", "javascript:alert(1)"]
)
def test_addresses_that_cannot_be_signed_whole_stay(url: str) -> None:
    assert SENDER.counted(MAIL, url) == url
