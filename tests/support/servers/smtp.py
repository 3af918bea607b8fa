"""A mail server on a loopback port, which keeps the mails it receives."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Inbox:
    """The received mails; each of `replies` is the reply to one recipient, in order, before any is accepted.

    `replies_to_data` are those to mails, each after `pause_s` seconds."""

    port: int = 0
    arrived: list[Message] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    pause_s: float = 0
    replies_to_data: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.replies:
            return self.replies.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(self.pause_s)
        if self.replies_to_data:
            return self.replies_to_data.pop(0)
        self.arrived.append(message_from_bytes(envelope.content or b""))
        self.recipients += envelope.rcpt_tos
        self.senders.append(envelope.mail_from or "")
        return "250 kept"


@asynccontextmanager
async def mail_server(tls: ssl.SSLContext | None = None) -> AsyncIterator[Inbox]:
    """Run a server in the loop of the test until the end of the block; with `tls` it offers STARTTLS."""
    inbox = Inbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(inbox, hostname="localhost", loop=loop, tls_context=tls), "127.0.0.1", 0
    )
    try:
        inbox.port = server.sockets[0].getsockname()[1]
        yield inbox
    finally:
        server.close()
        await server.wait_closed()
