"""A server of a few answers under the gateway's own protocol, and a client that sends what bytes it likes."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from gateway.processes.serving import Server
from gateway.settings.bounds import Bounds

HOST = b"Host: here\r\n"
GET = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"
LARGE = 4 * 1024 * 1024


async def answering(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with what was read: method, path, body; `/large` is large, `/never` waits, `/early` reads no body."""
    assert scope["type"] == "http"
    body = b""
    more = scope["path"] not in {"/early", "/large"}
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message["body"]
        more = message["more_body"]
    if scope["path"] == "/slow":
        await asyncio.sleep(0.1)
    if scope["path"] == "/large":
        answer = b"x" * LARGE
    else:
        answer = b"%b %b %b" % (scope["method"].encode(), scope["path"].encode(), body)
    headers = [(b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


@dataclass
class Raw:
    """A running server."""

    server: Server
    port: int

    @asynccontextmanager
    async def line(self) -> AsyncIterator["Line"]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2 * LARGE)
        try:
            yield Line(reader, writer)
        finally:
            writer.close()

    async def ask(self, *pieces: bytes) -> "Answer":
        """Send the pieces on a connection of their own and read one answer."""
        async with self.line() as line:
            await line.send(*pieces)
            return await line.answer()


@dataclass
class Answer:
    """One response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        code: str = orjson.loads(self.body)["errors"][0]["extensions"]["code"]
        return code


@dataclass
class Line:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            if len(pieces) > 1:
                await asyncio.sleep(0.01)

    async def answer(self) -> Answer:
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 10)
        first, *lines = head.decode().split("\r\n")[:-2]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        status = int(first.split()[1])
        body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return Answer(status, headers, body)

    async def is_closed(self, patience_s: float = 5.0) -> bool:
        """Tell whether the server ends the connection without another byte."""
        try:
            return await asyncio.wait_for(self.reader.read(1), patience_s) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False


@asynccontextmanager
async def raw(app: Any = answering, **bounds: Any) -> AsyncIterator[Raw]:
    """Run a server until the end of the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    ready = asyncio.Event()
    server = Server(app, on_ready=ready.set, bounds=replace(Bounds(), **{"drain_s": 2.0} | bounds))
    serving = asyncio.create_task(server.serve([listener]))
    await asyncio.wait_for(ready.wait(), 10)
    try:
        yield Raw(server, listener.getsockname()[1])
    finally:
        server.should_exit = True
        await serving
