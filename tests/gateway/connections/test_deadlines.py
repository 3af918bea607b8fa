"""Deadlines: what a client draws out ends, and what it does not lives on; a second is short here."""

import asyncio
import socket

import pytest

from gateway.connections import crowds
from tests.raw_http import GET, HOST, LARGE, Line, Raw, raw

POST = b"POST / HTTP/1.1\r\n" + HOST
SHORT = {"head_s": 2, "body_s": 4, "write_s": 4, "keep_alive_s": 6}


@pytest.fixture(autouse=True)
def short_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowds, "SECOND_S", 0.05)


async def drip(line: Line, piece: bytes) -> None:
    """Send a little again and again, until the connection ends."""
    try:
        while True:
            await line.send(piece)
            await asyncio.sleep(0.02)
    except ConnectionError:
        pass


@pytest.mark.parametrize("sent", [b"", b"\r\n"])
async def test_a_connection_that_says_nothing_is_closed(sent: bytes) -> None:
    async with raw(**SHORT) as server, server.line() as line:
        await line.send(sent)

        assert await line.is_closed()


@pytest.mark.parametrize("before", [b"", GET])
async def test_a_head_that_drips_is_answered_with_408(before: bytes) -> None:
    async with raw(**SHORT) as server, server.line() as line:
        await line.send(before + b"GET / HTTP/1.1\r\n" + HOST)
        if before:
            await line.answer()
        dripping = asyncio.create_task(drip(line, b"X-A: b\r\n"))
        answer = await line.answer()

        assert (answer.status, answer.code) == (408, "REQUEST_TIMEOUT")
        assert await line.is_closed()
        dripping.cancel()


@pytest.mark.parametrize(
    ("head", "piece"),
    [(b"Content-Length: 100000\r\n\r\n", b"a"), (b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n")],
)
async def test_a_body_that_drips_is_answered_with_408(head: bytes, piece: bytes) -> None:
    async with raw(**SHORT) as server, server.line() as line:
        await line.send(POST + head)
        dripping = asyncio.create_task(drip(line, piece))
        answer = await line.answer()

        assert (answer.status, answer.code) == (408, "REQUEST_TIMEOUT")
        dripping.cancel()
    assert not server.server.crowd.tasks


async def test_a_body_that_drips_after_the_answer_ends_too() -> None:
    async with raw(**SHORT) as server, server.line() as line:
        await line.send(POST.replace(b"/", b"/early", 1) + b"Content-Length: 100000\r\n\r\n")
        first = await line.answer()
        dripping = asyncio.create_task(drip(line, b"a"))
        second = await line.answer()

        assert (first.status, second.status) == (200, 408)
        dripping.cancel()


async def test_an_idle_connection_is_kept_for_its_time_and_closed() -> None:
    async with raw(**SHORT) as server, server.line() as line:
        for _ in range(3):
            await line.send(GET)
            assert (await line.answer()).status == 200
            await asyncio.sleep(0.25)

        assert await line.is_closed()


async def test_work_that_takes_long_is_nobodys_idleness() -> None:
    async with raw(**SHORT | {"keep_alive_s": 1, "head_s": 1, "body_s": 1}) as server:
        answer = await server.ask(GET.replace(b"/", b"/slow", 1))

        assert answer.body == b"GET /slow "


async def deaf(server: Raw) -> socket.socket:
    """Ask for what is large and read nothing of it."""
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    opened.setblocking(False)
    await asyncio.get_running_loop().sock_connect(opened, ("127.0.0.1", server.port))
    opened.send(GET.replace(b"/", b"/large", 1))
    return opened


async def test_a_client_that_does_not_read_is_cut_off() -> None:
    async with raw(**SHORT) as server:
        opened = await deaf(server)
        await asyncio.sleep(0.1)
        before = len(server.server.crowd.connections)
        await asyncio.sleep(0.5)

        assert (before, len(server.server.crowd.connections)) == (1, 0)
        opened.close()


async def test_a_client_that_reads_slowly_gets_it_all() -> None:
    async with raw(**SHORT) as server, server.line() as line:
        line.writer.transport.set_write_buffer_limits(0)
        line.reader._limit = 64 * 1024  # type: ignore[attr-defined]
        await line.send(GET.replace(b"/", b"/large", 1))
        read = 0
        await line.reader.readuntil(b"\r\n\r\n")
        while read < LARGE:
            read += len(await line.reader.read(1024 * 1024))
            await asyncio.sleep(0.01)

        assert read == LARGE


async def test_a_closed_connection_whose_peer_never_reads_the_rest_is_swept_away() -> None:
    async with raw(**SHORT | {"write_s": 1_000}) as server:
        opened = await deaf(server)
        await asyncio.sleep(0.1)
        (connection,) = server.server.crowd.connections
        connection.transport.close()
        await asyncio.sleep(1.2)

        assert len(server.server.crowd.connections) == 0
        opened.close()
