"""Outbox: mails wait in the database until their jobs send them."""

from datetime import timedelta

from domain.acts import Act
from domain.entities import entity
from domain.ids import JobId
from domain.jobs import job_starts
from domain.jobs.job_kinds import JobKind, RetryPolicy
from domain.jobs.job_starts import JobRequest
from domain.mail.mails import MailKind, NewMail
from domain.mail.work import MailWork

QUEUE = "mail"
"""The queue of what sends mails; only workers with a transport serve it."""
AT_ONCE = 10
"""How many mails are sent at the same time, over all workers."""
PACED_AT_ONCE = 6
"""How many of those that keep a pace; they wait for their turn, and leave room for others meanwhile."""
PROVIDER = "provider"
"""The pace of all mails that keep one: that of the mail provider."""
NOT_WANTED = "NOT_WANTED"
"""Why a mail that needs consent was given up: its reader withdrew it, was suspended, leaves, or lost the address."""


@entity
class SendMailArguments:
    """Which mail a job sends."""

    mail_id: int


SEND_MAIL = JobKind(
    name="send_mail",
    description="Sends a mail.",
    queue=QUEUE,
    arguments=SendMailArguments,
    at_once=AT_ONCE,
    retries=RetryPolicy(
        attempts=8,
        base=timedelta(seconds=30),
        cap=timedelta(hours=6),
        jitter=False,
        timeout=timedelta(minutes=1),
    ),
    needs="mail_server",
    stays="Suppress the address to send nothing to it.",
    result={"outcome": str, "reason": str},
)


@entity
class SendPacedMailArguments:
    """Which mail a job sends, and at most how many mails of the same sender go in a second."""

    mail_id: int
    sender: str
    per_second: int


SEND_PACED_MAIL = JobKind(
    name="send_paced_mail",
    description="Sends a mail that needs consent, at the pace of its sender and of the mail provider.",
    queue=QUEUE,
    arguments=SendPacedMailArguments,
    priority=-10,
    at_once=PACED_AT_ONCE,
    retries=SEND_MAIL.retries,
    needs=SEND_MAIL.needs,
    stays="Pause or cancel its campaign.",
    result=SEND_MAIL.result,
)


async def post(work: MailWork, act: Act, mail: NewMail) -> int:
    """Store a mail in the caller's transaction, with the job that sends it once that is committed; return its id."""
    job_id = JobId(act.mint("job"))
    mail_id = await work.mails.add(mail, job_id=job_id)
    await _start(work, act, mail_id, job_id)
    return mail_id


async def post_all(
    work: MailWork, act: Act, mails: list[NewMail], *, sender: str, per_second: int
) -> list[int]:
    """Store many mails of one sender and start their jobs, in two statements; return the ids of the mails."""
    job_ids = [JobId(act.mint("job")) for _ in mails]
    mail_ids = await work.mails.add_all(mails, job_ids=job_ids)
    requests = [
        JobRequest(
            id=job_id,
            arguments=SendPacedMailArguments(mail_id=mail_id, sender=sender, per_second=per_second),
            dedupe_key=f"mail:{mail_id}",
        )
        for job_id, mail_id in zip(job_ids, mail_ids, strict=True)
    ]
    await job_starts.start_all(work, act, SEND_PACED_MAIL, requests)
    return mail_ids


async def start_missing(work: MailWork, act: Act, *, limit: int) -> int:
    """Start the jobs of mails that have none, because a process of an earlier version posted them; return how many."""
    mail_ids = await work.mails.without_job(limit=limit)
    for mail_id in mail_ids:
        job_id = JobId(act.mint("job"))
        await work.mails.set_job(mail_id, job_id)
        await _start(work, act, mail_id, job_id)
    return len(mail_ids)


def decoy() -> NewMail:
    """Return a mail that is never sent; storing it for an unknown address takes as long as a real one."""
    return NewMail(to="", kind=MailKind.DECOY, subject="", body="")


async def _start(work: MailWork, act: Act, mail_id: int, job_id: JobId) -> None:
    arguments = SendMailArguments(mail_id=mail_id)
    request = JobRequest(id=job_id, arguments=arguments, dedupe_key=f"mail:{mail_id}")
    await job_starts.start(work, act, SEND_MAIL, request)
