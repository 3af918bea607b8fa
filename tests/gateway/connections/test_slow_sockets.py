"""Slow sockets: hundreds of clients send or read slowly, while others are served as usual."""

import asyncio
import socket
import time
from contextlib import suppress

import pytest

from tests.support.clients.raw_http import GET, HOST, RawServer, raw_server

pytestmark = pytest.mark.slow
MANY, FEW = 200, 50  # a response that is not read takes megabytes
CANARIES = 200
HEAD = b"GET / HTTP/1.1\r\n" + HOST
BODY = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 100000\r\n\r\n"
READING = GET.replace(b"/", b"/large", 1)


async def slow(port: int, first: bytes, piece: bytes) -> float:
    """Send a piece five times a second and read nothing; return after how many seconds the server closed."""
    loop = asyncio.get_running_loop()
    with socket.socket() as opened:
        opened.setblocking(False)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        await loop.sock_connect(opened, ("127.0.0.1", port))
        began = time.monotonic()
        with suppress(OSError):
            await loop.sock_sendall(opened, first)
            while not _is_over(opened, reads=first is not READING):
                await asyncio.sleep(0.2)
                await loop.sock_sendall(opened, piece)
        return time.monotonic() - began


def _is_over(opened: socket.socket, *, reads: bool) -> bool:
    if not reads:
        return opened.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0
    try:
        opened.recv(4096)
    except BlockingIOError:
        return False
    return True


async def canary_latencies(server: RawServer) -> list[float]:
    """Return the seconds that each of many quick requests took, on new connections."""
    took = []
    for _ in range(CANARIES):
        began = time.monotonic()
        assert (await server.request(GET)).status == 200
        took.append(time.monotonic() - began)
        await asyncio.sleep(0.02)
    return took


async def test_hundreds_of_slow_sockets_delay_no_other_client_and_are_closed_in_time() -> None:
    kinds = [(HEAD, b"X-A: b\r\n")] * MANY + [(BODY, b"a")] * MANY + [(READING, b"\r\n")] * FEW

    async with raw_server(head_s=3, body_s=4, write_s=3) as server:
        attack = [asyncio.create_task(slow(server.port, *kind)) for kind in kinds]
        took = await canary_latencies(server)
        lasted = await asyncio.wait_for(asyncio.gather(*attack), 10)

        assert sorted(took)[int(0.9 * CANARIES)] < 0.1
        assert max(lasted) < 9
        await asyncio.sleep(0.1)
        assert len(server.server.registry.connections) == 0
        assert not server.server.registry.tasks
