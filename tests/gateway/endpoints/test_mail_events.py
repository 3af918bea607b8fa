"""Reports of mail providers over HTTP: signed, of this time, taken once, and about our mails alone."""

import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from domain.ids import JobId
from domain.mail import mail_tokens
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.endpoints.mail_events import LARGEST_BODY
from tests.builders import mint
from tests.builders.mail import a_mail
from tests.gateway.conftest import Live

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD_SECRET = "whsec_" + "dGhlIHNlY3JldCBiZWZvcmUgcHJlc2VudA=="
MAILGUN_KEY = "key of a test"
PATH, MAILGUN_PATH = "/mail/events", "/mail/events/mailgun"


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"mail_events_secrets": f"{SECRET},{OLD_SECRET}", "mailgun_signing_key": MAILGUN_KEY}


async def a_sent_mail(live: Live) -> tuple[int, str]:
    """Store a mail that was sent; return its number and its Message-ID."""
    ports = live.app.pipeline.ports
    async with ports.open_work(Meter()) as work:
        mail_id = await work.mails.add(a_mail(), job_id=JobId(mint("job")))
        await work.mails.sent(mail_id, now=ports.now())
    return mail_id, f"<mail-{mail_tokens.token(mail_id, ports.mail_keys)}@example.org>"


def a_report(message_id: str, kind: str = "mail.bounced", **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": {"messageId": message_id, "status": "5.1.1"} | data}


async def send(
    live: Live,
    report: Any,
    *,
    secret: str = SECRET,
    at: datetime | None = None,
    id_: str = "msg_1",
    body: bytes | None = None,
    **headers: str,
) -> httpx.Response:
    """Sign a report by Standard Webhooks and post it; with `body` something else is posted than what was signed."""
    content = report if isinstance(report, bytes) else json.dumps(report).encode()
    moment = at or secrets_and_ids.now()
    signed = {
        "webhook-id": id_,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(id_, moment, content.decode()),
        "content-type": "application/json",
    }
    return await live.client.post(PATH, content=body or content, headers=signed | headers)


def a_mailgun_report(message_id: str, at: datetime, token: str = "t" * 50, **event: Any) -> dict[str, Any]:
    stamp = str(int(at.timestamp()))
    signature = hmac.new(MAILGUN_KEY.encode(), (stamp + token).encode(), hashlib.sha256).hexdigest()
    usual = {
        "event": "failed",
        "severity": "permanent",
        "timestamp": at.timestamp(),
        "recipient": "ada@example.org",
        "message": {"headers": {"message-id": message_id.strip("<>"), "to": "ada@example.org"}},
        "delivery-status": {"code": 550, "message": "5.1.1 The account does not exist"},
    }
    return {
        "signature": {"timestamp": stamp, "token": token, "signature": signature},
        "event-data": usual | event,
    }


async def recorded(live: Live) -> tuple[list[tuple[str, str | None]], list[str]]:
    """Return the kinds of all events with their status, and the reasons for which addresses are suppressed."""
    async with live.app.pipeline.ports.open_reads(Meter()) as reads:
        raw = reads.connection.raw  # type: ignore[attr-defined]
        events = await raw.fetch("SELECT kind, status FROM mail_events ORDER BY kind")
        reasons = await raw.fetch("SELECT reason FROM suppressions ORDER BY reason")
    return [(row["kind"], row["status"]) for row in events], [row["reason"] for row in reasons]


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
async def test_a_signed_report_is_recorded_once(live: Live, secret: str) -> None:
    _, message_id = await a_sent_mail(live)

    answers = [await send(live, a_report(message_id), secret=secret) for _ in range(2)]
    await send(live, a_report(message_id, "mail.delivered"), id_="msg_2")
    await send(live, a_report(message_id, "mail.complained"), id_="msg_3")
    await send(live, a_report(message_id, "mail.opened"), id_="msg_4")

    assert [answer.status_code for answer in answers] == [204, 204]
    assert await recorded(live) == (
        [("BOUNCED", "5.1.1"), ("COMPLAINED", "5.1.1"), ("DELIVERED", "5.1.1")],
        ["COMPLAINT", "HARD_BOUNCE"],
    )


async def test_a_report_that_comes_again_does_not_suppress_an_address_again(live: Live) -> None:
    _, message_id = await a_sent_mail(live)
    ports = live.app.pipeline.ports
    await send(live, a_report(message_id))
    async with ports.open_work(Meter()) as work:
        (suppression,) = await work.suppressions.of_address(ports.mail_keys.digests("ada@example.org"))
        await work.suppressions.remove(suppression.id)

    again = [await send(live, a_report(message_id), id_=id_) for id_ in ("msg_1", "msg_2")]

    assert [answer.status_code for answer in again] == [204, 204]
    assert await recorded(live) == ([("BOUNCED", "5.1.1")], [])


async def test_what_is_not_signed_now_by_the_provider_is_refused(live: Live) -> None:
    _, message_id = await a_sent_mail(live)
    report, now = a_report(message_id), secrets_and_ids.now()
    other = "whsec_" + "A" * 32

    answers = [
        await live.client.post(PATH, json=report),
        await send(live, report, secret=other),
        await send(live, report, at=now - timedelta(minutes=6)),
        await send(live, report, at=now + timedelta(minutes=6)),
        await send(live, report, body=json.dumps(a_report(message_id, status="4.2.2")).encode()),
        *[
            await send(live, report, **{name: value})
            for name, value in (
                ("webhook-signature", ""),
                ("webhook-signature", "v1"),
                ("webhook-signature", "v1,%%%"),
                ("webhook-timestamp", "nan"),
                ("webhook-id", ""),
            )
        ],
    ]

    assert [answer.status_code for answer in answers] == [401] * len(answers)
    assert answers[0].json()["errors"][0]["extensions"]["code"] == "UNSIGNED"
    assert await recorded(live) == ([], [])


@pytest.mark.parametrize(
    ("report", "place"),
    [
        (b"{", "type"),
        ([], "type"),
        ({"type": 5}, "type"),
        ({"type": "mail.bounced", "data": {}}, "data.messageId"),
    ],
)
async def test_a_signed_report_of_another_shape_is_refused_by_its_place(
    live: Live, report: Any, place: str
) -> None:
    answer = await send(live, report)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"] == f"{place} must be a text."


async def test_reports_about_other_mails_are_taken_and_change_nothing(live: Live) -> None:
    mail_id, _ = await a_sent_mail(live)

    answers = [
        await send(live, a_report(each), id_=each)
        for each in ("<1@example.org>", f"<mail-{mail_id}@example.org>", f"<mail-{mail_id}-{'a' * 24}@x.y>")
    ]

    assert [answer.status_code for answer in answers] == [204] * 3
    assert await recorded(live) == ([], [])


async def test_other_types_and_large_bodies_are_refused(live: Live) -> None:
    form = await send(live, b"{}", **{"content-type": "application/x-www-form-urlencoded"})
    large = await send(live, b" " * (LARGEST_BODY + 1))
    long_id = await send(live, a_report("<1@example.org>"), id_="x" * 300)
    get = await live.client.get(PATH)

    assert [each.status_code for each in (form, large, long_id, get)] == [415, 413, 400, 405]


async def test_reports_of_mailgun_are_read_by_its_format(live: Live) -> None:
    mail_id, message_id = await a_sent_mail(live)
    now = secrets_and_ids.now()

    async def post(report: dict[str, Any]) -> int:
        return (await live.client.post(MAILGUN_PATH, json=report)).status_code

    ignored = await post(a_mailgun_report(message_id, now, "a" * 50, severity="temporary"))
    before = await recorded(live)
    bounced = await post(a_mailgun_report(message_id, now - timedelta(hours=8), "b" * 50))
    delivered = {"event": "delivered", "severity": None, "delivery-status": {"code": 250, "message": "OK"}}
    await post(a_mailgun_report(message_id, now, "c" * 50, **delivered))
    repeated = await post(a_mailgun_report(message_id, now, "c" * 50, **delivered | {"event": "complained"}))

    assert mail_id
    assert (ignored, bounced, repeated) == (204, 204, 204)
    assert before == ([], [])
    assert await recorded(live) == ([("BOUNCED", "5.1.1"), ("DELIVERED", None)], ["HARD_BOUNCE"])


async def test_reports_that_mailgun_has_not_signed_are_refused(live: Live) -> None:
    _, message_id = await a_sent_mail(live)
    now = secrets_and_ids.now()
    good = a_mailgun_report(message_id, now)
    wrong = [
        {},
        good | {"signature": {}},
        good | {"signature": good["signature"] | {"token": "u" * 50}},
        good | {"signature": good["signature"] | {"timestamp": "1"}},
        good | {"signature": good["signature"] | {"signature": "é"}},
        good | {"signature": good["signature"] | {"timestamp": "²"}},
        a_mailgun_report(message_id, now - timedelta(hours=10)),
    ]

    answers = [await live.client.post(MAILGUN_PATH, json=report) for report in wrong]

    assert [answer.status_code for answer in answers] == [401] * len(wrong)
    assert await recorded(live) == ([], [])


@pytest.mark.parametrize("overrides", [{}])
async def test_without_a_secret_there_is_no_such_path(live: Live) -> None:
    assert (await live.client.post(PATH, json={})).status_code == 404
    assert (await live.client.post(MAILGUN_PATH, json={})).status_code == 404
