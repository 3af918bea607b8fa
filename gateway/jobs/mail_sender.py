"""Mail sender: the handler of the jobs that send the mails of the outbox."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from domain.acts import Act
from domain.dependency_table import MAIL_SERVER
from domain.mail import delivery_reports, suppressions
from domain.mail.mail_events import MailEvent, MailEventKind
from domain.mail.mails import Mail, MailKind, UndeliveredError
from domain.mail.outbox import NOT_WANTED, PROVIDER, SendMailArguments, SendPacedMailArguments
from domain.service_status.dependencies import PostponedError
from domain.unit_of_work import Meter
from gateway.jobs.handlers import JobContext
from resolvers.context import Ports

CLAIMED = timedelta(seconds=25)
"""How long one worker keeps others from sending a mail: longer than the server may take (`delivery.TIMEOUT_S`)."""
_log = structlog.get_logger("gateway.jobs.mail_sender")


async def send_mail(context: JobContext, arguments: SendMailArguments) -> dict[str, Any]:
    """Send the mail of a job; raises UndeliveredError or PostponedError for a later try.

    No connection to the database is in use while the server is slow. That the mail was sent is stored whatever has
    become of the job: if this process dies before, another sends the mail again, under the same Message-ID. A job
    that was taken over from a worker which is only slow finds its mail claimed, and tries again later, uncounted.
    """
    ports, attempt = context.ports, context.job.attempts
    now = ports.now()
    async with ports.open_step(Meter()) as reads:
        mail = await reads.mails.claim(arguments.mail_id, now=now, until=now + CLAIMED)
        if mail is None and await reads.mails.waiting_one(arguments.mail_id) is not None:
            raise PostponedError("Another worker sends it.", CLAIMED)
        found = [] if mail is None else await reads.suppressions.of_address(ports.mail_keys.digests(mail.to))
        if mail is not None and mail.kind in suppressions.SUBSCRIBED:
            mail = replace(mail, counts_clicks=await reads.email_preferences.counts_clicks(mail.to))
    if mail is None:
        return {"outcome": "NOT_WAITING"}
    if reason := suppressions.stopped_by(mail.kind, found):
        async with ports.open_step(Meter()) as work:
            await work.mails.suppressed(mail.id, reason=reason.value, now=ports.now())
        _log.info("mail_suppressed", mail=mail.id, kind=mail.kind.value, reason=reason.value)
        return {"outcome": "SUPPRESSED", "reason": reason.value}
    try:
        await _deliver(ports, mail)
    except PostponedError:
        await _release(ports, mail)
        raise
    except UndeliveredError as failure:
        kind = mail.kind.value
        _log.warning("mail_not_sent", mail=mail.id, kind=kind, reason=failure.reason, tries=attempt)
        if not failure.for_good:
            await _release(ports, mail)
            raise
        await _give_up(ports, context.act(), mail, failure)
        return {"outcome": "REFUSED", "reason": failure.reason}
    async with ports.open_step(Meter()) as work:
        await work.mails.sent(mail.id, now=ports.now())
    _log.info("mail_sent", mail=mail.id, kind=mail.kind.value, tries=attempt)
    return {"outcome": "SENT"}


async def send_paced_mail(context: JobContext, arguments: SendPacedMailArguments) -> dict[str, Any]:
    """Wait for the turn of a mail, then send it unless it was cancelled meanwhile or its reader wants it no more."""
    ports = context.ports
    every_s = {arguments.sender: 1 / arguments.per_second, PROVIDER: 1 / ports.campaign_mails_per_second}
    async with ports.open_step(Meter()) as work:
        wait_s = await work.mails.take_turn(arguments.mail_id, every_s=every_s, now=ports.now())
        if wait_s is None:
            await work.mails.given_up(arguments.mail_id, reason=NOT_WANTED, now=ports.now())
            return {"outcome": NOT_WANTED}
    await asyncio.sleep(wait_s)
    return await send_mail(context, SendMailArguments(mail_id=arguments.mail_id))


async def _release(ports: Ports, mail: Mail) -> None:
    async with ports.open_step(Meter()) as work:
        await work.mails.release(mail.id)


async def _give_up(ports: Ports, act: Act, mail: Mail, failure: UndeliveredError) -> None:
    """Store that the server refused a mail for good; a refused recipient is a bounce."""
    async with ports.open_work(Meter()) as work:
        await work.mails.given_up(mail.id, reason=failure.reason, now=act.now)
        if failure.is_bounce:
            bounced = MailEvent(
                mail_id=mail.id, kind=MailEventKind.BOUNCED, at=act.now, status=failure.status
            )
            await delivery_reports.record(work, act, ports.mail_keys, bounced)


async def _deliver(ports: Ports, mail: Mail) -> None:
    if mail.kind is MailKind.DECOY:
        return
    if ports.mail_transport is None:
        raise UndeliveredError("no server is configured", for_good=False)
    async with ports.breakers.guard(MAIL_SERVER):
        await ports.mail_transport.deliver(mail)
