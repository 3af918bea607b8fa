"""A mail server on a loopback port, which keeps what it gets."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Box:
    """The mails that arrived; `answers` are given to readers before they are accepted, the first ones first."""

    port: int = 0
    arrived: list[Message] = field(default_factory=list)
    readers: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the name that the server looks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name that the server looks for
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.arrived.append(message_from_bytes(envelope.content or b""))
        self.readers += envelope.rcpt_tos
        return "250 kept"


@asynccontextmanager
async def mail_server(tls: ssl.SSLContext | None = None) -> AsyncIterator[Box]:
    """Run a server in the loop of the test until the end of the block; with `tls` it offers STARTTLS."""
    box = Box()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(box, hostname="localhost", loop=loop, tls_context=tls), "127.0.0.1", 0
    )
    try:
        box.port = server.sockets[0].getsockname()[1]
        yield box
    finally:
        server.close()
        await server.wait_closed()
