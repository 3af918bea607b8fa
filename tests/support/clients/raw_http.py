"""Raw HTTP: a small application under the gateway's own protocol, and a client that sends any bytes."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from gateway.processes.server import Server
from gateway.settings.connection_bounds import ConnectionBounds
from tests.support.patience import PATIENCE_S

HOST = b"Host: here\r\n"
GET = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"
LARGE = 4 * 1024 * 1024


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Respond with method, path and body; `/large` is large, `/slow` takes a moment, `/early` reads no body."""
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
        content = b"x" * LARGE
    else:
        content = b"%b %b %b" % (scope["method"].encode(), scope["path"].encode(), body)
    headers = [(b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})


@dataclass
class RawServer:
    """A running server."""

    server: Server
    port: int

    @asynccontextmanager
    async def connect(self) -> AsyncIterator["RawConnection"]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2 * LARGE)
        try:
            yield RawConnection(reader, writer)
        finally:
            writer.close()

    async def request(self, *pieces: bytes) -> "RawResponse":
        """Send the pieces on a new connection and read one response."""
        async with self.connect() as connection:
            await connection.send(*pieces)
            return await connection.response()


@dataclass
class RawResponse:
    """One response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        code: str = orjson.loads(self.body)["errors"][0]["extensions"]["code"]
        return code


@dataclass
class RawConnection:
    """One connection of a client."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            if len(pieces) > 1:
                await asyncio.sleep(0.01)

    async def response(self) -> RawResponse:
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE_S)
        first, *lines = head.decode().split("\r\n")[:-2]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        status = int(first.split()[1])
        body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return RawResponse(status, headers, body)

    async def is_closed(self, timeout_s: float = 5.0) -> bool:
        """Return whether the server ends the connection without another byte."""
        try:
            return await asyncio.wait_for(self.reader.read(1), timeout_s) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False


@asynccontextmanager
async def raw_server(app: Any = echo, **bounds: Any) -> AsyncIterator[RawServer]:
    """Run a server until the end of the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    ready = asyncio.Event()
    server = Server(app, on_ready=ready.set, bounds=replace(ConnectionBounds(), **{"drain_s": 2.0} | bounds))
    serving = asyncio.create_task(server.serve([listener]))
    await asyncio.wait_for(ready.wait(), PATIENCE_S)
    try:
        yield RawServer(server, listener.getsockname()[1])
    finally:
        server.should_exit = True
        await serving
