"""Mail sender, with a real SMTP server: each mail is sent once, and waits without a server."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.dependency_table import DEPENDENCIES, MAIL_SERVER
from domain.jobs.job_states import JobState
from domain.jobs.jobs import Job, JobFilter
from domain.jobs.runs import JobTakenOverError
from domain.mail import outbox
from domain.mail.mails import Mail, MailKind, NewMail, UndeliveredError
from domain.mail.outbox import SEND_MAIL, SEND_PACED_MAIL
from domain.paging import window
from domain.service_status.dependencies import PostponedError
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.app import application
from gateway.jobs import mail_sender, served_queues
from gateway.jobs.handler_table import HANDLERS
from gateway.jobs.handlers import JobContext
from gateway.mail import delivery
from gateway.mail.delivery import MailSender, SmtpTransport
from gateway.settings.environment import Settings
from gateway.settings.integrations import mail_server_at
from gateway.settings.modes import Environment
from gateway.telemetry.job_metrics import JobMetrics
from gateway.telemetry.job_observer import JobObserver
from gateway.telemetry.prometheus import Exposition
from persistence.mail.outbox import SqlMails
from resolvers.context import Ports
from tests.builders.acts import an_act
from tests.builders.mail import KEYS, a_mail
from tests.gateway.conftest import running
from tests.support.accounts import accepted
from tests.support.campaigns import a_campaign, a_reader, run_jobs
from tests.support.clients.prometheus import Samples
from tests.support.jobs import an_operator, begun
from tests.support.queue_workers import ended, until, working
from tests.support.schema_client import Asker
from tests.support.servers.gateway import free_port
from tests.support.servers.smtp import Inbox, mail_server

SOON = timedelta(milliseconds=20)
QUICK = (
    replace(SEND_MAIL, retries=replace(SEND_MAIL.retries, attempts=3, base=SOON, cap=SOON)),
    HANDLERS[SEND_MAIL.name],
)

PACED = SEND_PACED_MAIL, HANDLERS[SEND_PACED_MAIL.name]
A_WAITING_MAIL = Mail(
    id=1, to="ada@example.org", kind=MailKind.NEW_DEVICE, subject="s", body="b", values=None
)


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    async with mail_server() as running:
        yield running


@pytest.fixture
def ports(ask: Asker, inbox: Inbox) -> Ports:
    """Ports with a transport, and with a real clock, because the queue has one."""
    ask.ports.now = secrets_and_ids.now
    ask.ports.mail_transport = transport_of(inbox.port)
    return ask.ports


def transport_of(port: int) -> SmtpTransport:
    route = mail_server_at(f"smtp://127.0.0.1:{port}")
    return SmtpTransport(route, MailSender("no-reply@example.org", KEYS), now=secrets_and_ids.now)


async def post(ports: Ports, *mails: NewMail) -> list[Job]:
    """Post mails, and return the jobs that send them, in order."""
    async with ports.open_work(Meter()) as work:
        for mail in mails:
            await outbox.post(work, an_act(now=ports.now()), mail)
        return (await work.jobs.page(JobFilter(kind="send_mail"), window(first=100))).nodes[
            len(mails) - 1 :: -1
        ]


async def waiting(ports: Ports) -> int:
    async with ports.open_reads(Meter()) as reads:
        return await reads.mails.waiting()


async def test_a_posted_mail_is_sent_at_once(ports: Ports, inbox: Inbox, database_url: str) -> None:
    async with working(ports, database_url, QUICK):
        (job,) = await post(ports, a_mail(to="ada@example.org"))
        done = await ended(ports, job)

    assert (done.state, done.result, done.arguments) == (
        JobState.SUCCEEDED,
        {"outcome": "SENT"},
        {"mail_id": 1},
    )
    assert inbox.recipients == ["ada@example.org"]
    assert await waiting(ports) == 0


async def test_two_workers_send_every_mail_once(ports: Ports, inbox: Inbox, database_url: str) -> None:
    async with working(ports, database_url, QUICK), working(ports, database_url, QUICK):
        jobs = await post(ports, *(a_mail(to=f"recipient{n}@example.org") for n in range(25)))
        for job in jobs:
            await ended(ports, job)

    assert len(inbox.recipients) == len(set(inbox.recipients)) == 25


async def test_a_temporarily_refused_mail_is_tried_again_later(
    ports: Ports, inbox: Inbox, database_url: str
) -> None:
    inbox.replies = ["450 busy"]
    async with working(ports, database_url, QUICK):
        (job,) = await post(ports, a_mail())
        done = await ended(ports, job)

    assert (done.attempts, done.result, len(inbox.arrived)) == (2, {"outcome": "SENT"}, 1)


async def test_a_mail_to_an_unknown_mailbox_is_given_up_and_the_next_one_is_sent(
    ports: Ports, inbox: Inbox, database_url: str
) -> None:
    inbox.replies = ["550 no such mailbox"]
    async with working(ports, database_url, QUICK):
        refused = await ended(ports, (await post(ports, a_mail()))[0])
        await ended(ports, (await post(ports, a_mail(to="bob@example.org")))[0])

    assert refused.result == {"outcome": "REFUSED", "reason": "SMTPRecipientsRefused 550"}
    assert refused.attempts == 1
    assert inbox.recipients == ["bob@example.org"]
    assert await waiting(ports) == 0


async def suppressed(ports: Ports, address: str) -> list[str]:
    async with ports.open_reads(Meter()) as reads:
        found = await reads.suppressions.of_address(ports.mail_keys.digests(address))
    return [suppression.reason.value for suppression in found]


async def test_an_address_that_was_refused_for_good_gets_only_mails_that_somebody_asks_for(
    ports: Ports, inbox: Inbox, database_url: str
) -> None:
    inbox.replies = ["550 5.1.1 no such mailbox"]
    async with working(ports, database_url, QUICK):
        await ended(ports, (await post(ports, a_mail()))[0])
        notice, digest, reset = await post(
            ports,
            a_mail(),
            a_mail(kind=MailKind.WEEKLY_DIGEST),
            a_mail(kind=MailKind.RESET_PASSWORD),
        )
        results = [(await ended(ports, job)).result for job in (notice, digest, reset)]

    stopped = {"outcome": "SUPPRESSED", "reason": "HARD_BOUNCE"}
    assert results == [stopped, stopped, {"outcome": "SENT"}]
    assert await suppressed(ports, "ada@example.org") == ["HARD_BOUNCE"]
    assert (await waiting(ports), len(inbox.arrived)) == (0, 1)


async def test_a_server_that_refuses_a_content_suppresses_nobody(
    ports: Ports, inbox: Inbox, database_url: str
) -> None:
    inbox.replies_to_data = ["554 spam"]
    async with working(ports, database_url, QUICK):
        done = await ended(ports, (await post(ports, a_mail()))[0])

    assert done.result == {"outcome": "REFUSED", "reason": "SMTPDataError 554"}
    assert await suppressed(ports, "ada@example.org") == []


async def test_mails_survive_a_server_outage_and_are_sent_when_an_operator_retries(
    ports: Ports, inbox: Inbox, database_url: str
) -> None:
    ports.mail_transport = transport_of(free_port())
    async with working(ports, database_url, QUICK):
        (job,) = await post(ports, a_mail())
        held = await ended(ports, job)
        left = await waiting(ports)
        ports.mail_transport = transport_of(inbox.port)
        async with ports.open_work(Meter()) as work:
            await work.jobs.retry([job.id], now=ports.now())
        await until(ports, job, lambda found: found.state is JobState.SUCCEEDED)

    assert (held.state, held.attempts, left) == (JobState.FAILED, 3, 1)
    assert held.error == "The mail server did not take the mail: SMTPConnectError."
    assert (await waiting(ports), len(inbox.arrived)) == (0, 1)


async def test_while_the_server_is_down_mails_wait_without_using_up_attempts(
    ports: Ports, inbox: Inbox, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    down, opens = transport_of(free_port()), replace(MAIL_SERVER, failures=2, open_for=timedelta(seconds=1))
    ports.mail_transport = down
    monkeypatch.setitem(DEPENDENCIES, MAIL_SERVER.name, opens)
    monkeypatch.setattr(mail_sender, "MAIL_SERVER", opens)
    patient = replace(QUICK[0], retries=replace(QUICK[0].retries, attempts=4)), QUICK[1]
    async with working(ports, database_url, patient):
        jobs = await post(ports, *(a_mail(to=f"recipient{n}@example.org") for n in range(12)))
        async with asyncio.timeout(5):
            while not ports.breakers.is_open(opens):
                await asyncio.sleep(0.01)
        ports.mail_transport = transport_of(inbox.port)
        done = [await ended(ports, job) for job in jobs]

    assert [job.result for job in done] == 12 * [{"outcome": "SENT"}]
    assert len(inbox.recipients) == len(set(inbox.recipients)) == 12
    assert sum(job.attempts for job in done) == 12 + 1  # the first failure; the second one opened the breaker


async def test_a_postponed_mail_says_why_it_waits_and_has_used_no_attempt(
    ports: Ports, database_url: str
) -> None:
    ports.mail_transport = transport_of(free_port())
    for _ in range(MAIL_SERVER.failures):
        with pytest.raises((UndeliveredError, PostponedError)):
            async with ports.breakers.guard(MAIL_SERVER):
                await ports.mail_transport.deliver(A_WAITING_MAIL)
    metrics = JobMetrics()
    unaware = replace(SEND_MAIL, needs=None), HANDLERS[SEND_MAIL.name]
    async with working(ports, database_url, unaware, observer=JobObserver(metrics)):
        (job,) = await post(ports, a_mail())
        waiting_job = await until(ports, job, lambda found: found.error is not None)

    assert (waiting_job.state, waiting_job.attempts) == (JobState.QUEUED, 0)
    assert waiting_job.error == "It waits until mail_server answers again."
    assert waiting_job.next_run_at is not None
    assert timedelta(seconds=20) < waiting_job.next_run_at - ports.now() < timedelta(seconds=45)
    runs = Samples(Exposition(metrics.families).text().decode())
    assert runs("job_seconds_count", kind="send_mail", outcome="POSTPONED") == 1


async def test_a_job_that_runs_again_sends_a_sent_mail_no_second_time(
    ports: Ports, inbox: Inbox, database_url: str
) -> None:
    (job,) = await post(ports, a_mail())
    async with ports.open_work(Meter()) as work:
        await work.mails.sent(job.arguments["mail_id"], now=ports.now())

    async with working(ports, database_url, QUICK):
        done = await ended(ports, job)

    assert (done.result, inbox.arrived) == ({"outcome": "NOT_WAITING"}, [])


async def test_that_a_mail_was_sent_is_stored_though_the_job_was_taken_over(
    ports: Ports, inbox: Inbox
) -> None:
    (job,) = await post(ports, a_mail())
    async with ports.open_work(Meter()) as work:
        await begun(work, job.id)
        (of_first_worker,) = await work.jobs.by_ids([job.id], viewer_id=None, sees_all=True)
        await begun(work, job.id)
    assert of_first_worker is not None

    with pytest.raises(JobTakenOverError):
        await HANDLERS["send_mail"].run(
            JobContext(of_first_worker, ports), outbox.SendMailArguments(mail_id=1)
        )

    assert (await waiting(ports), len(inbox.arrived)) == (0, 1)


async def taken_over(ports: Ports, inbox: Inbox) -> list[Any]:
    """Let one worker send a mail slowly, and another one take over its job meanwhile; return how both ended."""
    (job,) = await post(ports, a_mail())
    inbox.pause_s = 0.5
    runs = []
    for _ in range(2):
        async with ports.open_work(Meter()) as work:
            await begun(work, job.id)
            (of_worker,) = await work.jobs.by_ids([job.id], viewer_id=None, sees_all=True)
        assert of_worker is not None
        sending = HANDLERS["send_mail"].run(JobContext(of_worker, ports), outbox.SendMailArguments(mail_id=1))
        runs.append(asyncio.create_task(sending))
        await asyncio.sleep(0.2)
    return await asyncio.gather(*runs, return_exceptions=True)


async def test_a_job_that_was_taken_over_from_a_slow_worker_sends_no_second_copy(
    ports: Ports, inbox: Inbox
) -> None:
    slow, second = await taken_over(ports, inbox)

    assert isinstance(slow, JobTakenOverError)
    assert isinstance(second, PostponedError)
    assert (await waiting(ports), len(inbox.arrived)) == (0, 1)


async def test_it_is_the_claim_that_keeps_the_second_worker_from_sending(
    ports: Ports, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read(mails: SqlMails, mail_id: int, **_times: Any) -> Mail | None:
        return await mails.waiting_one(mail_id)

    monkeypatch.setattr(SqlMails, "claim", read)

    await taken_over(ports, inbox)

    assert len(inbox.arrived) == 2


async def test_a_pause_stops_the_mails_that_wait_for_their_turn(
    ask: Asker, ports: Ports, inbox: Inbox, database_url: str
) -> None:
    viewer = await an_operator(ask)
    for _ in range(6):
        await a_reader(ask)
    campaign = await a_campaign(ask, viewer, perSecond=1)
    await accepted(ask, viewer, "sendCampaign", id=campaign, version=1)
    await run_jobs(ask, campaign)

    async with working(ports, database_url, PACED) as worker, asyncio.timeout(20):
        while not inbox.arrived or worker.running < 4:
            await asyncio.sleep(0.01)
        await accepted(ask, viewer, "pauseCampaign", id=campaign)
        while worker.running:
            await asyncio.sleep(0.01)
    async with ports.open_reads(Meter()) as reads:
        (progress,) = await reads.recipients.progress([campaign])

    assert (progress.posted, progress.sent + progress.pending) == (0, 6)
    assert len(inbox.arrived) == progress.sent < 4


async def test_a_decoy_is_not_sent(ports: Ports, inbox: Inbox, database_url: str) -> None:
    async with working(ports, database_url, QUICK):
        (job,) = await post(ports, outbox.decoy())
        await ended(ports, job)

    assert inbox.arrived == []
    assert await waiting(ports) == 0


async def test_in_development_a_registration_writes_its_mail_into_the_log(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(delivery._log, "info", lambda event, **line: shown.append({"event": event, **line}))

    async with running(database_url, with_worker=True) as live:
        await live.register("ada")
        async with asyncio.timeout(5):
            while not shown:
                await asyncio.sleep(0.01)

    (mail,) = shown
    assert (mail["event"], mail["to"]) == ("mail", "ada@example.org")
    assert "/verify-email#token=" in mail["body"]


async def test_in_production_without_a_server_mails_wait_and_the_worker_warns(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(served_queues._log, "warning", lambda event, **_: warnings.append(event))

    settings = Settings(env=Environment.PRODUCTION)
    async with application(settings, database_url, with_worker=True) as app:
        ports = app.pipeline.ports
        await post(ports, a_mail())
        await asyncio.sleep(0.5)
        async with ports.open_reads(Meter()) as reads:
            (worker,) = await reads.queues.workers(since=ports.now() - timedelta(minutes=1))

        assert await waiting(ports) == 1

    assert warnings == ["mails_wait"]
    assert worker.queues == [
        "chats",
        "generation",
        "imports",
        "maintenance",
        "printouts",
        "reviews",
        "webhooks",
    ]
