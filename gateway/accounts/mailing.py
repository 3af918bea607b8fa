"""Mailing: letters leave by SMTP or, in development, into the log; a job of every process takes them in turn."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

import aiosmtplib
import structlog

from domain import mails
from domain.mails import LEASE, Mail, MailKind, Postman, UndeliveredError
from domain.signals import newest
from domain.work import Meter
from gateway import security
from gateway.settings.outside import Outside, Route, mail_route
from resolvers.context import Ports

LOOK_EVERY_S = 5.0
AT_ONCE = 10
PATIENCE_S = 20.0
"""Ten letters of 20 seconds each are over before their lease of five minutes is."""
_REFUSED = 500
_log = structlog.get_logger("gateway.accounts.mailing")


class SmtpPostman:
    """Hands each letter to one server on a connection of its own."""

    def __init__(self, route: Route, *, sender: str, now: Callable[[], datetime]) -> None:
        self._route = route
        self._sender = sender
        self._now = now

    async def deliver(self, mail: Mail) -> None:
        """Hand the letter over; raises UndeliveredError, for good where the server refuses reader or content."""
        route = self._route
        try:
            async with asyncio.timeout(PATIENCE_S):
                await aiosmtplib.send(
                    self._message(mail),
                    hostname=route.host,
                    port=route.port,
                    username=route.user,
                    password=route.password,
                    use_tls=route.scheme == "smtps",
                    start_tls=route.scheme == "smtp+starttls",
                    timeout=PATIENCE_S,
                )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            codes = [recipient.code for recipient in refused.recipients]
            raise _undelivered(refused, min(codes, default=0)) from refused
        except aiosmtplib.SMTPDataError as refused:
            raise _undelivered(refused, refused.code) from refused
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as failure:
            raise UndeliveredError(type(failure).__name__, for_good=False) from failure

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(self._now())
        # The same letter has the same name at each try, by which a reader's server may drop a second copy.
        message["Message-ID"] = f"<mail-{mail.id}@{parseaddr(self._sender)[1].rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.body)
        return message


class LogPostman:
    """Writes each letter, links and all, into the log: for development only."""

    async def deliver(self, mail: Mail) -> None:
        """Show the letter to whoever reads the log."""
        _log.info("mail", to=mail.to, kind=mail.kind.value, subject=mail.subject, body=mail.body)


def postman(settings: Outside) -> SmtpPostman | LogPostman | None:
    """Return what sends mails: SMTP, in development the log, in production without a server nothing."""
    route = mail_route(settings)
    if route is not None:
        return SmtpPostman(route, sender=settings.mail_from, now=security.now)
    return None if settings.production else LogPostman()


async def send_mails(ports: Ports, postman: Postman, complain: Callable[[Exception, float], None]) -> None:
    """Send letters until cancelled: on each signal of a new one, and every five seconds for those that were missed."""
    async with ports.signals.listen(mails.TOPIC) as heard:
        while True:
            taken = 0
            try:
                taken = await send_some(ports, postman)
            except Exception as error:  # noqa: BLE001 - a job outlives whatever its database does
                complain(error, LOOK_EVERY_S)
            if taken < AT_ONCE:
                await newest(heard, within=LOOK_EVERY_S)


async def send_some(ports: Ports, postman: Postman) -> int:
    """Take the letters that are due, at most ten, try each once and return how many there were.

    They are taken for five minutes in a transaction of its own, so that no connection is held while a server is
    slow and no other process takes them; of a process that dies they are sent by another, at worst twice.
    """
    now = ports.now()
    async with ports.open_work(Meter()) as work:
        taken = await work.mails.take(now=now, until=now + LEASE, limit=AT_ONCE)
    for mail in taken:
        failure = await _try(postman, mail)
        async with ports.open_work(Meter()) as work:
            await mails.settle(work.mails, mail, failure, now=ports.now())
    return len(taken)


async def _try(postman: Postman, mail: Mail) -> UndeliveredError | None:
    if mail.kind is MailKind.NOBODY:
        return None
    try:
        await postman.deliver(mail)
    except UndeliveredError as failure:
        _log.warning(
            "mail_not_sent", mail=mail.id, kind=mail.kind.value, reason=failure.reason, tries=mail.tries
        )
        return failure
    _log.info("mail_sent", mail=mail.id, kind=mail.kind.value, tries=mail.tries)
    return None


def _undelivered(refused: Exception, code: int) -> UndeliveredError:
    return UndeliveredError(f"{type(refused).__name__} {code}", for_good=code >= _REFUSED)
