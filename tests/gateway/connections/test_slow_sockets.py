"""Slow sockets: hundreds that draw out heads, bodies and reading, while others are served as if nothing was."""

import asyncio
import socket
import time
from contextlib import suppress

import pytest

from tests.raw_http import GET, HOST, Raw, raw

pytestmark = pytest.mark.slow
MANY, FEW = 200, 50  # an answer that is not read takes megabytes
CANARIES = 200
HEAD = b"GET / HTTP/1.1\r\n" + HOST
BODY = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 100000\r\n\r\n"
READING = GET.replace(b"/", b"/large", 1)


async def slow(port: int, first: bytes, piece: bytes) -> float:
    """Begin, go on with a piece five times a second, read nothing; return how many seconds the server bore it."""
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


async def canaries(server: Raw) -> list[float]:
    """Return how many seconds each of many quick requests took, on new connections."""
    took = []
    for _ in range(CANARIES):
        began = time.monotonic()
        assert (await server.ask(GET)).status == 200
        took.append(time.monotonic() - began)
        await asyncio.sleep(0.02)
    return took


async def test_hundreds_of_slow_sockets_hold_nobody_up_and_are_gone_in_time() -> None:
    kinds = [(HEAD, b"X-A: b\r\n")] * MANY + [(BODY, b"a")] * MANY + [(READING, b"\r\n")] * FEW

    async with raw(head_s=3, body_s=4, write_s=3) as server:
        attack = [asyncio.create_task(slow(server.port, *kind)) for kind in kinds]
        took = await canaries(server)
        borne = await asyncio.wait_for(asyncio.gather(*attack), 10)

        assert sorted(took)[int(0.9 * CANARIES)] < 0.1
        assert max(borne) < 9
        await asyncio.sleep(0.1)
        assert len(server.server.crowd.connections) == 0
        assert not server.server.crowd.tasks
