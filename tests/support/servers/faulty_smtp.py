"""A mail server with faults on a loopback port: it refuses some recipients, is slow for a time, and dies once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, Envelope, Session

_WHILE_SLOW_S = 1.0
"""How long a mail takes while the server is slow, in seconds."""


@dataclass
class Faults:
    """Which recipients are refused; after how many mails the server is slow, for how long, and when it dies.

    After its death nothing listens for `down_s` seconds.
    """

    refuses: Callable[[str], bool]
    slow_after: int
    slow_s: float
    dies_after: int
    down_s: float


@dataclass
class FaultyServer:
    """The server, with the copies that each recipient got, and whose mails may have been taken without an answer.

    These are the mails on connections that were cut before the client had shown, by its QUIT, that it got the answer.
    """

    faults: Faults
    port: int = 0
    copies: Counter[str] = field(default_factory=Counter)
    refused: set[str] = field(default_factory=set)
    unanswered: set[str] = field(default_factory=set)
    slow: int = 0
    has_died: bool = False
    _protocols: set[SMTP] = field(default_factory=set)
    _taken: dict[SMTP, str] = field(default_factory=dict)
    _listener: asyncio.Server | None = None
    _slow_until: float | None = None
    _again: "asyncio.Task[None] | None" = None

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.faults.refuses(address):
            self.refused.add(address)
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        await self._be_slow()
        self.copies.update(envelope.rcpt_tos)
        self._taken[server] = envelope.rcpt_tos[0]
        if server.transport is None or server.transport.is_closing():
            self.unanswered.update(envelope.rcpt_tos)  # cut while this mail was being kept
        if not self.has_died and self.copies.total() >= self.faults.dies_after:
            self._die()
        return "250 kept"

    async def handle_QUIT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self._taken.pop(server, None)
        self._protocols.discard(server)
        return "221 bye"

    async def _be_slow(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._slow_until is None and self.copies.total() >= self.faults.slow_after:
            self._slow_until = now + self.faults.slow_s
        if self._slow_until is not None and now < self._slow_until:
            self.slow += 1
            await asyncio.sleep(_WHILE_SLOW_S)

    def _die(self) -> None:
        """Stop listening and cut every connection, the present one before its answer."""
        self.has_died = True
        self.unanswered.update(self._taken.values())
        assert self._listener is not None
        self._listener.close()
        self._cut()
        self._again = asyncio.create_task(self._rise())

    def _cut(self) -> None:
        for protocol in list(self._protocols):
            if protocol.transport is not None:
                protocol.transport.abort()  # type: ignore[attr-defined]

    async def _rise(self) -> None:
        await asyncio.sleep(self.faults.down_s)
        await self.listen()

    async def listen(self) -> None:
        """Listen, on the same port as before."""
        loop = asyncio.get_running_loop()

        def connected() -> SMTP:
            protocol = SMTP(self, hostname="localhost", loop=loop)
            self._protocols.add(protocol)
            return protocol

        self._listener = await loop.create_server(connected, "127.0.0.1", self.port)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening."""
        if self._again is not None:
            await self._again
        assert self._listener is not None
        self._listener.close()
        self._cut()
        await asyncio.sleep(0.1)  # until the loop has closed what was cut
        await self._listener.wait_closed()


@asynccontextmanager
async def faulty_server(faults: Faults) -> AsyncIterator[FaultyServer]:
    """Run a server in the loop of the test until the end of the block."""
    server = FaultyServer(faults)
    await server.listen()
    try:
        yield server
    finally:
        await server.close()
