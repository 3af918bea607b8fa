"""Mail outbox: one suite over the fake and the real store."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.ids import JobId
from domain.mail.mail_events import MailEvent, MailEventKind
from domain.mail.mails import Mails
from domain.unit_of_work import Meter
from persistence.mail.outbox import STATE
from persistence.statements import Statement
from persistence.stores import SqlWork
from persistence.tables.mail.outbox import mails
from persistence.work import Postgres
from tests.builders import mint
from tests.builders.mail import NOON, a_mail
from tests.fakes.mail import FakeMails


@pytest.fixture(params=["fake", "sql"])
def store(request: Any, work: SqlWork) -> Mails:
    return FakeMails() if request.param == "fake" else work.mails


LATER = NOON + timedelta(days=1)


def a_job() -> JobId:
    return JobId(mint("job"))


async def test_a_mail_waits_until_it_is_sent(store: Mails) -> None:
    mail_id = await store.add(a_mail(subject="first"), job_id=a_job())

    waiting = await store.waiting_one(mail_id)
    await store.sent(mail_id, now=NOON)

    assert waiting is not None
    assert (waiting.subject, waiting.body) == ("first", "It changed.")
    assert await store.waiting_one(mail_id) is None


async def test_a_claimed_mail_is_claimed_again_once_it_is_released_or_time_is_over(store: Mails) -> None:
    mail_id = await store.add(a_mail(), job_id=a_job())
    until = NOON + timedelta(seconds=25)

    claims = [await store.claim(mail_id, now=NOON, until=until) for _ in range(2)]
    late = await store.claim(mail_id, now=until, until=until + timedelta(seconds=25))
    await store.release(mail_id)
    released = await store.claim(mail_id, now=until, until=until)
    await store.sent(mail_id, now=NOON)

    assert [found is not None for found in (*claims, late, released)] == [True, False, True, True]
    assert await store.claim(mail_id, now=until + timedelta(days=1), until=until) is None


async def test_a_finished_mail_never_waits_again_and_is_removed_later(store: Mails) -> None:
    sent, given_up, suppressed = [await store.add(a_mail(), job_id=a_job()) for _ in range(3)]
    await store.sent(sent, now=NOON)
    await store.suppressed(suppressed, reason="COMPLAINT", now=NOON)
    await store.given_up(given_up, reason="SMTPRecipientsRefused 550", now=NOON)
    await store.sent(given_up, now=NOON + timedelta(days=9))

    assert [await store.waiting_one(mail_id) for mail_id in (sent, given_up, suppressed)] == [None] * 3
    assert await store.waiting() == 0
    await store.forget(before=NOON + timedelta(seconds=1))
    await store.add(a_mail(), job_id=a_job())
    assert await store.waiting() == 1


async def test_mails_without_a_job_are_those_that_wait_and_have_none(store: Mails, work: SqlWork) -> None:
    first, second, third = [await store.add(a_mail(), job_id=a_job()) for _ in range(3)]
    for mail_id in (first, third):
        await store.set_job(mail_id, None)  # as a process of an earlier version posts it
    await store.sent(first, now=NOON)

    before = await store.without_job(limit=10)
    await store.set_job(third, a_job())

    assert (before, await store.without_job(limit=10)) == ([third], [])
    assert second not in before


async def test_a_mail_that_waits_for_long_is_given_up_without_its_recipient(work: SqlWork) -> None:
    await work.mails.add(a_mail(), job_id=a_job())
    await work.connection.raw.execute("UPDATE mails SET posted_at = $1", NOON)

    await work.mails.forget_recipients(before=NOON, now=LATER)
    kept = await work.mails.waiting()
    await work.mails.forget_recipients(before=NOON + timedelta(seconds=1), now=LATER)

    assert (kept, await work.mails.waiting()) == (1, 0)
    assert await rows(work) == [("", "", "WAITED_TOO_LONG", LATER)]


async def test_mails_lose_their_recipients_first_and_keep_what_became_of_them(work: SqlWork) -> None:
    sent, refused, suppressed, recent = [await work.mails.add(a_mail(), job_id=a_job()) for _ in range(4)]
    await work.mails.sent(sent, now=NOON)
    await work.mails.given_up(refused, reason="SMTPDataError 550", now=NOON)
    await work.mails.suppressed(suppressed, reason="COMPLAINT", now=NOON)
    await work.mails.sent(recent, now=LATER)
    await work.mail_events.add(MailEvent(mail_id=sent, kind=MailEventKind.DELIVERED, at=NOON))

    await work.mails.forget_recipients(before=LATER, now=LATER)
    states = await work.connection.rows(Statement(select(STATE).order_by(mails.c.id)))
    events = await work.connection.raw.fetchval("SELECT count(*) FROM mail_events")
    after = await rows(work)
    await work.mails.forget(before=LATER)

    assert [state for (state,) in states] == ["SENT", "REFUSED", "SUPPRESSED", "SENT"]
    assert [recipient for recipient, *_ in after] == ["", "", "", "ada@example.org"]
    assert events == 1
    assert [recipient for recipient, *_ in await rows(work)] == ["ada@example.org"]


async def rows(work: SqlWork) -> list[tuple[Any, ...]]:
    found = await work.connection.raw.fetch(
        "SELECT recipient, subject, failure, given_up_at FROM mails ORDER BY id"
    )
    return [tuple(row) for row in found]


@pytest.mark.parametrize("is_sent", [True, False])
async def test_a_finished_mail_has_no_content(work: SqlWork, is_sent: bool) -> None:
    mail = a_mail(body="a secret link", values={"link": "a secret link"})
    mail_id = await work.mails.add(mail, job_id=a_job())
    before = await work.mails.waiting_one(mail_id)

    if is_sent:
        await work.mails.sent(mail_id, now=NOON)
    else:
        await work.mails.given_up(mail_id, reason="SMTPDataError 550", now=NOON)

    assert before is not None
    assert before.values == {"link": "a secret link"}
    row = await work.connection.raw.fetchrow("SELECT body, values FROM mails WHERE id = $1", mail_id)
    assert tuple(row) == ("", None)


async def test_concurrent_workers_never_start_two_jobs_of_one_mail(postgres: Postgres) -> None:
    async with postgres.open_work(Meter()) as work:
        for _ in range(20):
            await work.mails.set_job(await work.mails.add(a_mail(), job_id=a_job()), None)  # type: ignore[arg-type]

    all_found = asyncio.Barrier(4)

    async def start() -> list[int]:
        async with postgres.open_work(Meter()) as work:
            found = await work.mails.without_job(limit=5)
            await all_found.wait()
            return found

    found = [mail_id for ids in await asyncio.gather(*(start() for _ in range(4))) for mail_id in ids]

    assert len(found) == len(set(found)) == 20
