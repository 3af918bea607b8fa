"""Mail events and suppressions in Postgres: each event once, and what it suppresses."""

from datetime import timedelta

import pytest

from domain.ids import JobId
from domain.mail import delivery_reports
from domain.mail.delivery_reports import SOFT_BOUNCES, SOFT_WINDOW, Recorded
from domain.mail.mail_events import MailEvent, MailEventKind, MailResults
from domain.mail.mail_keys import MailKeys
from domain.mail.suppressions import SuppressionReason
from persistence.stores import SqlWork
from tests.builders import mint
from tests.builders.acts import an_act
from tests.builders.mail import KEYS, NOON, a_mail

NEW, KNOWN = Recorded(is_new=True), Recorded(is_new=False)
ADA = "ada@example.org"


async def a_sent_mail(work: SqlWork, to: str = ADA) -> int:
    mail_id = await work.mails.add(a_mail(to=to), job_id=JobId(mint("job")))
    await work.mails.sent(mail_id, now=NOON)
    return mail_id


async def report(
    work: SqlWork, mail_id: int, kind: str, status: str | None = None, *, days: int = 0
) -> Recorded:
    now = NOON + timedelta(days=days)
    event = MailEvent(mail_id=mail_id, kind=MailEventKind(kind), at=now, status=status)
    return await delivery_reports.record(work, an_act(now=now), KEYS, event)


async def reasons(work: SqlWork, to: str = ADA) -> list[str]:
    return [found.reason.value for found in await work.suppressions.of_address(KEYS.digests(to))]


async def test_an_event_of_a_mail_is_recorded_once(work: SqlWork) -> None:
    mail_id = await a_sent_mail(work)

    assert await report(work, mail_id, "DELIVERED") == NEW
    assert await report(work, mail_id, "DELIVERED") == KNOWN
    assert await report(work, mail_id, "CLICKED") == NEW
    assert await report(work, mail_id + 1, "DELIVERED") == KNOWN
    assert await reasons(work) == []


@pytest.mark.parametrize("status", ["5.1.0", "5.1.1", "5.1.10", "5.0.0", "5.2.1"])
async def test_a_hard_bounce_suppresses_its_address_and_no_other(work: SqlWork, status: str) -> None:
    recorded = await report(work, await a_sent_mail(work), "BOUNCED", status)

    assert recorded == Recorded(is_new=True, suppressed_by=SuppressionReason.HARD_BOUNCE)
    assert (await reasons(work), await reasons(work, "bob@example.org")) == (["HARD_BOUNCE"], [])


async def test_a_complaint_suppresses_beside_a_bounce(work: SqlWork) -> None:
    mail_id = await a_sent_mail(work)
    await report(work, mail_id, "BOUNCED", "5.1.1")
    await report(work, mail_id, "COMPLAINED")
    again = await report(work, await a_sent_mail(work), "COMPLAINED")

    assert again == NEW
    assert await reasons(work) == ["HARD_BOUNCE", "COMPLAINT"]


@pytest.mark.parametrize("status", [None, "4.2.2", "5.2.2", "5.7.1", "4.4.7"])
async def test_soft_bounces_suppress_when_several_mails_bounced(work: SqlWork, status: str | None) -> None:
    for _ in range(SOFT_BOUNCES - 1):
        assert await report(work, await a_sent_mail(work), "BOUNCED", status) == NEW
    await report(work, await a_sent_mail(work, "bob@example.org"), "BOUNCED", status)

    last = await report(work, await a_sent_mail(work), "BOUNCED", status)

    assert last.suppressed_by is SuppressionReason.HARD_BOUNCE
    assert await reasons(work, "bob@example.org") == []


async def test_soft_bounces_of_long_ago_count_no_more(work: SqlWork) -> None:
    for _ in range(SOFT_BOUNCES - 1):
        await report(work, await a_sent_mail(work), "BOUNCED", "4.2.2")

    days = SOFT_WINDOW.days + 1
    assert await report(work, await a_sent_mail(work), "BOUNCED", "4.2.2", days=days) == NEW


async def test_results_are_those_of_the_last_time(work: SqlWork) -> None:
    sent = [await a_sent_mail(work) for _ in range(3)]
    await report(work, sent[0], "BOUNCED")
    await report(work, sent[1], "COMPLAINED")
    await report(work, sent[2], "DELIVERED")
    stopped = await work.mails.add(a_mail(), job_id=JobId(mint("job")))
    await work.mails.suppressed(stopped, reason="COMPLAINT", now=NOON)
    refused = await work.mails.add(a_mail(), job_id=JobId(mint("job")))
    await work.mails.given_up(refused, reason="SMTPDataError 550", now=NOON)

    found = await work.mail_events.results(since=NOON - timedelta(seconds=1))

    assert found == MailResults(sent=3, bounced=1, complained=1, suppressed=1)
    assert await work.mail_events.results(since=NOON) == MailResults(
        sent=0, bounced=0, complained=0, suppressed=0
    )


async def test_a_report_is_the_first_until_it_is_forgotten(work: SqlWork) -> None:
    first = [await work.mail_events.is_first_report("standard:msg_1", now=NOON) for _ in range(2)]
    await work.mail_events.forget_reports(before=NOON)
    kept = await work.mail_events.is_first_report("standard:msg_1", now=NOON)
    await work.mail_events.forget_reports(before=NOON + timedelta(seconds=1))

    assert (first, kept) == ([True, False], False)
    assert await work.mail_events.is_first_report("standard:msg_1", now=NOON)


async def test_an_event_of_a_mail_without_recipient_suppresses_nobody(work: SqlWork) -> None:
    mail_id = await a_sent_mail(work)
    await work.mails.forget_recipients(before=NOON + timedelta(days=1), now=NOON)

    assert await report(work, mail_id, "BOUNCED") == NEW
    assert await reasons(work, "") == await reasons(work) == []


async def test_addresses_are_found_after_the_key_changed(work: SqlWork) -> None:
    await report(work, await a_sent_mail(work), "COMPLAINED")
    newer = MailKeys(present=b"a newer key", previous=(KEYS.present,))

    assert len(await work.suppressions.of_address(newer.digests(ADA))) == 1
    assert await work.suppressions.of_address([newer.digest(ADA)]) == []
    table = await work.connection.raw.fetch("SELECT s::text AS row FROM suppressions s")
    assert not any("ada" in row["row"] for row in table)
