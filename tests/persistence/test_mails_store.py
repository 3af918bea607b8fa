"""Mails: one suite over the fake and the real store."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.mails import Mails
from domain.work import Meter
from persistence.work import Postgres, SqlWork
from tests.builders.proving import NOON, a_letter
from tests.fakes.proving import FakeMails

SOON = NOON + timedelta(minutes=5)


@pytest.fixture(params=["fake", "sql"])
def store(request: Any, work: SqlWork) -> Mails:
    return FakeMails() if request.param == "fake" else work.mails


async def test_letters_are_taken_in_the_order_in_which_they_were_posted(store: Mails) -> None:
    for subject in ("first", "second", "third"):
        await store.add(a_letter(subject=subject))

    taken = await store.take(now=NOON, until=SOON, limit=2)

    assert [(mail.subject, mail.tries) for mail in taken] == [("first", 1), ("second", 1)]
    assert taken[0].body == "It changed."


async def test_a_taken_letter_is_nobody_elses_until_the_lease_is_over(store: Mails) -> None:
    await store.add(a_letter())
    await store.take(now=NOON, until=SOON, limit=10)

    before = await store.take(now=SOON - timedelta(seconds=1), until=SOON, limit=10)
    after = await store.take(now=SOON, until=SOON, limit=10)

    assert before == []
    assert [mail.tries for mail in after] == [2]


async def test_a_letter_that_failed_comes_back_when_it_is_due(store: Mails) -> None:
    await store.add(a_letter())
    (mail,) = await store.take(now=NOON, until=SOON, limit=10)
    await store.failed(mail.id, reason="SMTPConnectError", due_at=NOON + timedelta(hours=1))

    early = await store.take(now=SOON, until=SOON, limit=10)
    due = await store.take(now=NOON + timedelta(hours=1), until=SOON, limit=10)

    assert early == []
    assert [again.id for again in due] == [mail.id]


async def test_a_letter_that_is_done_is_never_taken_again_and_forgotten_later(store: Mails) -> None:
    await store.add(a_letter())
    await store.add(a_letter())
    sent, given_up = await store.take(now=NOON, until=SOON, limit=10)
    await store.sent(sent.id, now=NOON)
    await store.given_up(given_up.id, reason="SMTPRecipientsRefused 550", now=NOON)

    assert await store.take(now=NOON + timedelta(days=9), until=SOON, limit=10) == []
    assert await store.waiting() == 0
    await store.forget(before=NOON + timedelta(seconds=1))
    await store.add(a_letter())
    assert await store.waiting() == 1


async def test_a_letter_that_is_done_keeps_no_body(work: SqlWork) -> None:
    await work.mails.add(a_letter(body="a secret link"))
    (mail,) = await work.mails.take(now=NOON, until=SOON, limit=1)

    await work.mails.sent(mail.id, now=NOON)

    assert await work.connection.raw.fetchval("SELECT body FROM mails WHERE id = $1", mail.id) == ""


async def test_takers_at_the_same_time_share_no_letter(postgres: Postgres) -> None:
    async with postgres.open_work(Meter()) as work:
        for _ in range(20):
            await work.mails.add(a_letter())

    async def take() -> list[int]:
        async with postgres.open_work(Meter()) as work:
            taken = await work.mails.take(now=NOON, until=SOON, limit=5)
            await asyncio.sleep(0.05)
            return [mail.id for mail in taken]

    taken = [mail_id for ids in await asyncio.gather(*(take() for _ in range(4))) for mail_id in ids]

    assert len(taken) == len(set(taken)) == 20
