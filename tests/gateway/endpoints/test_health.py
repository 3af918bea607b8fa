"""Health: what load balancers are told, in time whatever is dead."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from gateway.endpoints.health import STALE_S
from tests.gateway.conftest import running

IN_TIME_S = 0.1


class Passage:
    """A way to Postgres that can be blocked: it takes connections all the same, and never answers."""

    def __init__(self, url: str) -> None:
        self._to = urlsplit(url)
        self._is_open = asyncio.Event()
        self._is_open.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.url = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Passage"]:
        server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        self.url = self._to._replace(netloc=f"{self._to.username}@127.0.0.1:{port}").geturl()
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await asyncio.sleep(0.05)  # the transports close in turns of the loop

    def block(self) -> None:
        self._is_open.clear()

    def unblock(self) -> None:
        self._is_open.set()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        ends = [writer]
        try:
            await self._is_open.wait()
            to, back = await asyncio.open_connection(self._to.hostname, self._to.port)
            ends.append(back)
            await asyncio.gather(self._copy(reader, back), self._copy(to, writer))
        finally:
            for end in ends:
                end.transport.abort()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65_536):
            await self._is_open.wait()
            writer.write(piece)
        writer.close()


@pytest.fixture
def overrides() -> dict[str, Any]:
    return {"pool": 2}


async def test_health_answers_in_time_when_postgres_takes_connections_and_never_answers(
    database_url: str,
) -> None:
    async with Passage(database_url).running() as passage, running(passage.url, pool=2) as live:
        ready = await live.client.get("/health/ready")
        passage.block()
        await asyncio.sleep(STALE_S)
        await live.client.get("/health/live")
        took, answers = [], []
        for path in ["/health/ready", "/health/live"] * 4:
            began = time.monotonic()
            answers.append(await live.client.get(path))
            took.append(time.monotonic() - began)
        several = await asyncio.gather(*[live.client.get("/health/ready") for _ in range(20)])
        passage.unblock()

    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
    assert [answer.status_code for answer in answers] == [503, 200] * 4
    assert sorted(took)[len(took) // 2] < IN_TIME_S
    assert {answer.status_code for answer in several} == {503}
    assert answers[0].json()["reason"] == "Postgres does not answer"
