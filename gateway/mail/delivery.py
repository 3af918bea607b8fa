"""Mail delivery by SMTP or, in development, into the log."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from email.utils import format_datetime, parseaddr
from functools import partial

import aiosmtplib
import structlog

from domain.mail import click_links, mail_tokens
from domain.mail.mail_events import status_in
from domain.mail.mail_keys import MailKeys
from domain.mail.mails import Mail, MailServerUnavailableError, UndeliveredError
from gateway import secrets_and_ids
from gateway.mail import counted_links
from gateway.mail.mail_templates import message_template
from gateway.mail.template_language import layout_template
from gateway.settings.integrations import IntegrationSettings, MailServer, configured_mail_server

TIMEOUT_S = 20.0
"""How long the server may take for one mail, in seconds."""
_CLOSING, _REFUSED = 421, 500
_STATUS_OF_CODE = {550: "5.1.0", 551: "5.1.0", 552: "5.2.2", 553: "5.1.0"}
"""What a code without a status says about a mailbox (RFC 5321, section 4.2.2): that it takes no mails, or is full."""
_OTHER_STATUS = "5.5.0"
_log = structlog.get_logger("gateway.mail.delivery")


class WholeHeader(UnstructuredHeader, BaseHeader):
    """A header on one line; a long address that is folded becomes an encoded word, which no mail program opens."""

    def fold(self, *, policy: Policy) -> str:
        """Return the line."""
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", WholeHeader)
_POLICY = EmailPolicy(header_factory=_HEADERS)


@dataclass(frozen=True)
class MailSender:
    """Who sends mails: the address that readers see, the mailbox of bounces, and where links to this gateway lead."""

    address: str
    keys: MailKeys
    bounces_to: str | None = None
    api_url: str = ""

    def message_id(self, mail: Mail) -> str:
        """Return the Message-ID, the same for every try, by which the recipient's server may drop a second copy."""
        domain = parseaddr(self.address)[1].rpartition("@")[2]
        return f"<mail-{mail_tokens.token(mail.id, self.keys)}@{domain}>"

    def envelope(self, mail: Mail) -> str:
        """Return the address to which a bounce of the mail goes: with its token, if there is a mailbox for these."""
        if self.bounces_to is None:
            return parseaddr(self.address)[1]
        mailbox, _, domain = self.bounces_to.rpartition("@")
        return f"{mailbox}+{mail_tokens.token(mail.id, self.keys)}@{domain}"

    def counted(self, mail: Mail, url: str) -> str:
        """Return the address over which a link leads if its clicks are counted; one that ends mails stays as it is."""
        unsubscribe = (mail.values or {}).get("unsubscribe")
        if not mail.counts_clicks or (unsubscribe is not None and url == unsubscribe["url"]):
            return url
        path = click_links.click_path(mail.id, url, self.keys)
        return url if path is None else self.api_url.rstrip("/") + path


class SmtpTransport:
    """Sends each mail to one server, over a connection of its own."""

    def __init__(self, route: MailServer, sender: MailSender, *, now: Callable[[], datetime]) -> None:
        self._route = route
        self._sender = sender
        self._now = now

    async def deliver(self, mail: Mail) -> None:
        """Send a mail; raises UndeliveredError, for good if the server refuses the recipient or the content."""
        route = self._route
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await aiosmtplib.send(
                    self._message(mail),
                    sender=self._sender.envelope(mail),
                    hostname=route.host,
                    port=route.port,
                    username=route.user,
                    password=route.password,
                    use_tls=route.scheme == "smtps",
                    start_tls=route.scheme == "smtp+starttls",
                    timeout=TIMEOUT_S,
                )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            (recipient,) = refused.recipients
            raise _refused_recipient(refused, recipient.code, recipient.message) from refused
        except aiosmtplib.SMTPDataError as refused:
            raise _undelivered(refused, refused.code) from refused
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as failure:
            raise MailServerUnavailableError(type(failure).__name__, for_good=False) from failure

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage(_POLICY)
        message["From"] = self._sender.address
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(self._now())
        message["Message-ID"] = self._sender.message_id(mail)
        message["Auto-Submitted"] = "auto-generated"
        counted = partial(self._sender.counted, mail)
        message.set_content(counted_links.in_text(mail.body, counted))
        if mail.values is not None:
            unsubscribe = mail.values["unsubscribe"]
            if unsubscribe is not None:  # RFC 8058: the reader's program ends the mails with one POST
                message["List-Unsubscribe"] = f"<{unsubscribe['url']}>"
                message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
            template = message_template() if mail.layout is None else layout_template(mail.layout)
            html = counted_links.in_html(template.html(mail.values), counted)
            message.add_alternative(html, subtype="html")
        return message


class LogTransport:
    """Writes each mail into the log, with its links: for development only."""

    async def deliver(self, mail: Mail) -> None:
        """Write the mail into the log."""
        _log.info("mail", to=mail.to, kind=mail.kind.value, subject=mail.subject, body=mail.body)


def transport_of(settings: IntegrationSettings, keys: MailKeys) -> SmtpTransport | LogTransport | None:
    """Return the transport: SMTP, without a server the log in development, and None in production."""
    route = configured_mail_server(settings)
    if route is not None:
        sender = MailSender(
            settings.mail_from,
            keys,
            bounces_to=settings.mail_bounces_to,
            api_url=settings.api_url or settings.public_url,
        )
        return SmtpTransport(route, sender, now=secrets_and_ids.now)
    return None if settings.production else LogTransport()


def _undelivered(refused: Exception, code: int) -> UndeliveredError:
    """Return the error for a refused mail; a server that says 421 takes none at all."""
    error = MailServerUnavailableError if code == _CLOSING else UndeliveredError
    return error(f"{type(refused).__name__} {code}", for_good=code >= _REFUSED)


def _refused_recipient(refused: Exception, code: int, message: str) -> UndeliveredError:
    """Return why a recipient was refused, with the status that the server told, else what its code says by itself."""
    if code < _REFUSED:
        return _undelivered(refused, code)
    return UndeliveredError(
        f"{type(refused).__name__} {code}",
        for_good=True,
        is_bounce=True,
        status=status_in(message) or _STATUS_OF_CODE.get(code, _OTHER_STATUS),
    )
