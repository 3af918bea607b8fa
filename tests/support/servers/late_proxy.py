"""A TCP proxy that passes everything on, after a delay that a test sets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit


class LateProxy:
    """Passes bytes on to a server; each piece waits `delay_s` seconds. `url` is where it listens."""

    def __init__(self, target: str) -> None:
        self._target = urlsplit(target)
        self._tasks: set[asyncio.Task[None]] = set()
        self.delay_s = 0.0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on one connection in both directions until either side ends it."""
        there = await asyncio.open_connection(self._target.hostname, self._target.port)
        tasks = [
            asyncio.create_task(self._pass_on(reader, there[1])),
            asyncio.create_task(self._pass_on(there[0], writer)),
        ]
        self._tasks.update(tasks)
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        for each in (writer, there[1]):
            each.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.CancelledError):
            while data := await reader.read(65_536):
                await asyncio.sleep(self.delay_s)
                writer.write(data)
                await writer.drain()

    def stop(self) -> None:
        """End all connections."""
        for task in self._tasks:
            task.cancel()


@contextlib.asynccontextmanager
async def late_proxy(target: str) -> AsyncIterator[LateProxy]:
    """Run a proxy before a server (`redis://...`) until the end of the block."""
    proxy = LateProxy(target)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    proxy.url = f"{urlsplit(target).scheme}://127.0.0.1:{port}{urlsplit(target).path}"
    try:
        yield proxy
    finally:
        proxy.stop()
        server.close()
