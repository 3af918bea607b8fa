"""Deadlines of connections: slow clients are disconnected, others are not. A second lasts 50 ms here."""

import asyncio
import socket

import pytest

from gateway.connections import connection_registry
from tests.support.clients.raw_http import GET, HOST, LARGE, RawConnection, RawServer, raw_server

POST = b"POST / HTTP/1.1\r\n" + HOST
SHORT = {"head_s": 2, "body_s": 4, "write_s": 4, "keep_alive_s": 6}


@pytest.fixture(autouse=True)
def short_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_registry, "SECOND_S", 0.05)


async def send_slowly(connection: RawConnection, piece: bytes) -> None:
    """Send a piece again and again, until the connection ends."""
    try:
        while True:
            await connection.send(piece)
            await asyncio.sleep(0.02)
    except ConnectionError:
        pass


@pytest.mark.parametrize("sent", [b"", b"\r\n"])
async def test_a_connection_without_a_request_is_closed(sent: bytes) -> None:
    async with raw_server(**SHORT) as server, server.connect() as connection:
        await connection.send(sent)

        assert await connection.is_closed()


@pytest.mark.parametrize("before", [b"", GET])
async def test_a_slow_head_gets_408(before: bytes) -> None:
    async with raw_server(**SHORT) as server, server.connect() as connection:
        await connection.send(before + b"GET / HTTP/1.1\r\n" + HOST)
        if before:
            await connection.response()
        sending = asyncio.create_task(send_slowly(connection, b"X-A: b\r\n"))
        response = await connection.response()

        assert (response.status, response.code) == (408, "REQUEST_TIMEOUT")
        assert await connection.is_closed()
        sending.cancel()


@pytest.mark.parametrize(
    ("head", "piece"),
    [(b"Content-Length: 100000\r\n\r\n", b"a"), (b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n")],
)
async def test_a_slow_body_gets_408(head: bytes, piece: bytes) -> None:
    async with raw_server(**SHORT) as server, server.connect() as connection:
        await connection.send(POST + head)
        sending = asyncio.create_task(send_slowly(connection, piece))
        response = await connection.response()

        assert (response.status, response.code) == (408, "REQUEST_TIMEOUT")
        sending.cancel()
    assert not server.server.registry.tasks


async def test_a_slow_body_after_the_response_gets_no_second_response() -> None:
    async with raw_server(**SHORT) as server, server.connect() as connection:
        await connection.send(POST.replace(b"/", b"/early", 1) + b"Content-Length: 100000\r\n\r\n")
        first = await connection.response()
        sending = asyncio.create_task(send_slowly(connection, b"a"))

        assert first.status == 200
        assert await connection.is_closed()
        sending.cancel()


async def test_an_idle_connection_is_closed_after_its_keep_alive_time() -> None:
    async with raw_server(**SHORT) as server, server.connect() as connection:
        for _ in range(3):
            await connection.send(GET)
            assert (await connection.response()).status == 200
            await asyncio.sleep(0.25)

        assert await connection.is_closed()


async def test_a_slow_request_does_not_count_as_idle() -> None:
    async with raw_server(**SHORT | {"keep_alive_s": 1, "head_s": 1, "body_s": 1}) as server:
        response = await server.request(GET.replace(b"/", b"/slow", 1))

        assert response.body == b"GET /slow "


async def open_without_reading(server: RawServer) -> socket.socket:
    """Request a large response and read nothing of it."""
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    opened.setblocking(False)
    await asyncio.get_running_loop().sock_connect(opened, ("127.0.0.1", server.port))
    opened.send(GET.replace(b"/", b"/large", 1))
    return opened


async def test_a_client_that_does_not_read_is_disconnected() -> None:
    async with raw_server(**SHORT) as server:
        opened = await open_without_reading(server)
        await asyncio.sleep(0.1)
        before = len(server.server.registry.connections)
        await asyncio.sleep(0.5)

        assert (before, len(server.server.registry.connections)) == (1, 0)
        opened.close()


async def test_a_client_that_reads_slowly_gets_the_whole_response() -> None:
    async with raw_server(**SHORT) as server, server.connect() as connection:
        connection.writer.transport.set_write_buffer_limits(0)
        connection.reader._limit = 64 * 1024  # type: ignore[attr-defined]
        await connection.send(GET.replace(b"/", b"/large", 1))
        read = 0
        await connection.reader.readuntil(b"\r\n\r\n")
        while read < LARGE:
            read += len(await connection.reader.read(1024 * 1024))
            await asyncio.sleep(0.01)

        assert read == LARGE


async def test_a_closing_connection_whose_client_never_reads_the_rest_is_aborted() -> None:
    async with raw_server(**SHORT | {"write_s": 1_000}) as server:
        opened = await open_without_reading(server)
        await asyncio.sleep(0.1)
        (connection,) = server.server.registry.connections
        connection.transport.close()
        await asyncio.sleep(1.2)

        assert len(server.server.registry.connections) == 0
        opened.close()
