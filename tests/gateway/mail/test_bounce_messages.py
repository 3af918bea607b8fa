"""Bounce messages: what servers write, and what of it is believed."""

import random

import pytest

from domain.mail.mail_events import MailEventKind
from gateway.mail import bounce_messages
from gateway.mail.bounce_messages import BounceMessage, MessageKind
from tests.builders.mail import KEYS
from tests.support.bounces import (
    a_complaint,
    a_notification,
    a_plain_bounce,
    bounces_to,
    message_id,
)

QMAIL = """Hi. This is the qmail-send program at mx.example.com.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ada@example.org>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.
"""
BOUNCED, FINAL = MailEventKind.BOUNCED, MessageKind.FINAL


def read(raw: bytes) -> BounceMessage:
    return bounce_messages.read(raw, KEYS)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"Action": "failed", "Status": "5.1.1"}, "5.1.1"),
        ({"Action": "Failed", "Status": "4.2.2 (mailbox full)"}, "4.2.2"),
        ({"Action": "error", "Status": "unknown"}, None),
        ({"Action": "failed"}, None),
        ({"Action": "failed", "Diagnostic_Code": "smtp; 550 5.2.1 disabled"}, "5.2.1"),
    ],
)
def test_a_failure_is_a_bounce_with_its_status(fields: dict[str, str], status: str | None) -> None:
    assert read(a_notification(fields)) == BounceMessage(FINAL, 7, BOUNCED, status)


@pytest.mark.parametrize("raw", [b"", b"\n", b"  ", b"x", b"\xff\xfe", b"Subject: hello\n\nhello\n"])
def test_what_is_no_message_is_no_bounce_and_leaves_no_trace(
    raw: bytes, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert read(raw) == BounceMessage(MessageKind.OTHER, None)

    assert (capsys.readouterr().err, caplog.records) == ("", [])


def test_a_failure_of_any_recipient_counts_before_a_delivery() -> None:
    delivered, failed = {"Action": "delivered", "Status": "2.0.0"}, {"Action": "failed", "Status": "5.2.2"}

    assert read(a_notification(delivered, failed)) == BounceMessage(FINAL, 7, BOUNCED, "5.2.2")
    assert read(a_notification(delivered)) == BounceMessage(FINAL, 7, MailEventKind.DELIVERED)


@pytest.mark.parametrize(
    ("action", "kind"), [("delayed", MessageKind.DELAYED), ("relayed", MessageKind.OTHER)]
)
def test_a_mail_that_is_still_tried_has_no_event(action: str, kind: MessageKind) -> None:
    assert read(a_notification({"Action": action, "Status": "4.4.1"})) == BounceMessage(kind, 7)


def test_the_envelope_sender_finds_a_mail_that_is_not_returned() -> None:
    raw = a_notification({"Action": "failed", "Status": "5.1.1"}, mail_id=None, to=bounces_to(12).upper())

    assert read(raw).mail_id == 12


@pytest.mark.parametrize("wrong", ["", "<mail-7@example.org>", message_id(7).replace("7-", "8-")])
def test_a_message_without_a_signed_token_is_about_no_mail(wrong: str) -> None:
    raw = a_notification({"Action": "failed", "Status": "5.1.1"}).replace(
        message_id(7).encode(), wrong.encode()
    )

    assert read(raw) == BounceMessage(FINAL, None, BOUNCED, "5.1.1")


def test_a_complaint_of_a_feedback_loop_is_one_unless_it_says_that_a_mail_is_no_spam() -> None:
    assert read(a_complaint()) == BounceMessage(FINAL, 7, MailEventKind.COMPLAINED)
    assert read(a_complaint("not-spam")) == BounceMessage(MessageKind.OTHER, 7)


def test_a_bounce_in_plain_text_is_recognised() -> None:
    assert read(a_plain_bounce(QMAIL, to=bounces_to(7))) == BounceMessage(FINAL, 7, BOUNCED, "5.1.1")


@pytest.mark.parametrize("text", ["I am on holiday until Monday.", "Thanks! What is 5.1.1 about?", ""])
def test_a_reply_is_no_bounce(text: str) -> None:
    assert read(a_plain_bounce(text, to=bounces_to(7))).kind is MessageKind.OTHER


def test_any_bytes_are_read_without_an_error() -> None:
    chance = random.Random(5)
    whole = [
        a_notification({"Action": "failed", "Status": "5.1.1"}),
        a_complaint(),
        a_plain_bounce(QMAIL, to="a@b.c"),
    ]
    for number in range(300):
        raw = bytearray(whole[number % 3])
        for _ in range(chance.randrange(1, 30)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        read(bytes(raw[: chance.randrange(len(raw))]))
    deep = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 3_000
    assert read(deep).kind is MessageKind.OTHER
