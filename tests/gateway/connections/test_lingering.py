"""Lingering: a connection whose response is sent reads on for a while, so that the client gets to read it."""

import asyncio

import pytest

from gateway.connections import connection_closing
from gateway.settings.connection_bounds import BODY_BYTES
from tests.support.clients.raw_http import GET, HOST, RawConnection, RawServer, raw_server

EARLY = b"POST /early HTTP/1.1\r\n" + HOST
PIECE = b"x" * 64 * 1024
TOO_LARGE = EARLY + b"Content-Length: %d\r\n\r\n" % (4 * BODY_BYTES)
CHUNKED = EARLY + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = b"%x\r\n%b\r\n" % (len(PIECE), PIECE)


async def send_many(connection: RawConnection, piece: bytes, size: int) -> None:
    for _ in range(size // len(piece) + 1):
        await connection.send(piece)


def pass_seconds(server: RawServer, seconds: int) -> None:
    for _ in range(seconds):
        server.server.registry.pass_second()


async def test_a_body_that_is_too_large_is_announced_as_the_last() -> None:
    async with raw_server() as server, server.connect() as connection:
        await connection.send(TOO_LARGE)
        response = await connection.response()

        assert (response.status, response.headers["connection"]) == (200, "close")


async def test_a_small_body_that_comes_late_keeps_the_connection() -> None:
    async with raw_server() as server, server.connect() as connection:
        await connection.send(EARLY + b"Content-Length: 4\r\n\r\n")
        first = await connection.response()
        await connection.send(b"late" + GET)
        second = await connection.response()

        assert "connection" not in first.headers
        assert second.body == b"GET / "


@pytest.mark.parametrize(("head", "piece"), [(TOO_LARGE, PIECE), (CHUNKED, CHUNK)])
async def test_the_rest_is_dropped_without_a_second_response(head: bytes, piece: bytes) -> None:
    async with raw_server() as server, server.connect() as connection:
        await connection.send(head)
        response = await connection.response()
        await send_many(connection, piece, 2 * BODY_BYTES)

        assert response.status == 200
        assert await connection.is_closed()
        assert len(server.server.registry.connections) == 1


async def test_a_malformed_rest_gets_no_second_response() -> None:
    async with raw_server() as server, server.connect() as connection:
        await connection.send(CHUNKED)
        response = await connection.response()
        await connection.send(b"zz\r\n")

        assert response.status == 200
        assert await connection.is_closed()


async def test_no_more_than_a_bounded_rest_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_closing, "_MOST_DROPPED", BODY_BYTES)

    async with raw_server() as server, server.connect() as connection:
        await connection.send(TOO_LARGE)
        await connection.response()
        with pytest.raises(ConnectionError):
            await send_many(connection, PIECE, 200 * BODY_BYTES)


async def test_silence_ends_the_lingering_and_a_slow_rest_does_at_the_bodys_deadline() -> None:
    async with raw_server(body_s=30) as server, server.connect() as silent, server.connect() as slow:
        for connection in (silent, slow):
            await connection.send(TOO_LARGE)
            await connection.response()
        for _ in range(29):
            await slow.send(b"x")
            await asyncio.sleep(0.01)
            pass_seconds(server, 1)
        remaining = len(server.server.registry.connections)
        pass_seconds(server, 2)
        await asyncio.sleep(0.01)

        assert remaining == 1
        assert not server.server.registry.connections
