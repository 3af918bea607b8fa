"""A receiver of webhooks on a loopback port: it keeps what it gets, and answers as a test tells it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What a receiver got, and how it answers: a status, after a pause, with headers, and with so many bytes."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    status: int = 204
    pause_s: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    answer_bytes: int = 0
    written: int = 0
    hangs_up: bool = False
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    running: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.running.add(task)
        try:
            await self._take(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.running.discard(task)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        request, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.received.append(Received(request.split(" ")[1], headers, body))
        self.arrived.set()
        await asyncio.sleep(self.pause_s)
        if not self.hangs_up:
            await self._write(writer)

    async def _write(self, writer: asyncio.StreamWriter) -> None:
        length = {"content-length": str(self.answer_bytes), "connection": "close"}
        lines = [f"{name}: {value}" for name, value in {**length, **self.headers}.items()]
        writer.write("\r\n".join([f"HTTP/1.1 {self.status} Answer", *lines, "", ""]).encode())
        while self.written < self.answer_bytes:
            part = min(65_536, self.answer_bytes - self.written)
            writer.write(b"x" * part)
            await writer.drain()
            self.written += part
        await writer.drain()


@asynccontextmanager
async def webhook_receiver(*, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """Run a receiver for the block."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in receiver.running:
            task.cancel()
        await asyncio.gather(*receiver.running, return_exceptions=True)
