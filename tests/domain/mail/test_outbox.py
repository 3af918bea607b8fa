"""Outbox: each mail has the job that sends it, and how often that is tried."""

from datetime import timedelta
from typing import cast

from domain.mail import outbox
from domain.mail.outbox import SEND_MAIL
from domain.mail.work import MailWork
from tests.builders.acts import an_act
from tests.builders.mail import NOON, a_mail
from tests.fakes.mail import FakeMailWork


async def test_a_posted_mail_starts_the_job_that_sends_it() -> None:
    work = FakeMailWork()

    await outbox.post(cast(MailWork, work), an_act(now=NOON), a_mail())

    (job,), (entry,) = work.jobs.started, work.mails.entries
    assert (job.id, job.arguments, job.dedupe_key) == (entry.job_id, {"mail_id": entry.mail.id}, "mail:1")
    assert (job.queue, job.next_run_at) == ("mail", NOON)
    assert [signal.body for signal in work.signals] == [job.id]


async def test_a_mail_without_a_job_gets_one_once() -> None:
    work = FakeMailWork()
    await work.mails.add(a_mail(), job_id=None)
    await outbox.post(cast(MailWork, work), an_act(now=NOON), a_mail())

    first = await outbox.start_missing(cast(MailWork, work), an_act(now=NOON), limit=10)
    second = await outbox.start_missing(cast(MailWork, work), an_act(now=NOON), limit=10)

    assert (first, second) == (1, 0)
    assert sorted(job.arguments["mail_id"] for job in work.jobs.started) == [1, 2]


def test_pauses_double_from_half_a_minute_up_to_six_hours_and_a_mail_is_tried_eight_times() -> None:
    policy = SEND_MAIL.retries

    pauses = [policy.pause(tries, fraction=0.5) for tries in range(1, 13)]

    assert policy.attempts == 8
    assert pauses[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert pauses[-1] == timedelta(hours=6)
