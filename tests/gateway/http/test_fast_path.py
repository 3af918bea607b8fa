"""Fast path: writes the same bytes as ASGI's two messages."""

import asyncio
from typing import Any

import pytest

from gateway.http import fast_path
from tests.gateway.conftest import Live

TYPENAME = b'{"query":"{ __typename }"}'
REQUESTS = {
    "usual": b"",
    "as a GraphQL response": b"accept: application/graphql-response+json\r\n",
    "with an id": b"x-request-id: mine-1\r\n",
    "refused": b"authorization: Bearer nonsense\r\n",
    "from a page": b"origin: http://127.0.0.1\r\n",
    "with its cost": b"x-questpath-cost: 1\r\n",
    "for the last time": b"connection: close\r\n",
}


async def exchanged(live: Live, *requests: bytes) -> bytes:
    """Send requests on one connection and return all bytes until the server closes it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", live.client.base_url.port)
    writer.write(b"".join(requests))
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    finally:
        writer.close()


def request(lines: bytes = b"", body: bytes = TYPENAME, method: bytes = b"POST") -> bytes:
    return (
        method
        + b" /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        + lines
        + b"content-length: %d\r\n\r\n" % len(body)
        + body
    )


LAST = request(b"connection: close\r\n")


def parsed(received: bytes) -> list[tuple[bytes, set[bytes], bytes]]:
    """Return status line, header lines and body of every response, without the parts that always differ."""
    found = []
    while received:
        head, _, rest = received.partition(b"\r\n\r\n")
        status, *lines = head.split(b"\r\n")
        length = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length"))
        same = {line for line in lines if not line.startswith((b"date", b"x-request-id: "))}
        found.append((status, same, rest[:length].partition(b"requestId")[0]))
        received = rest[length:]
    return found


@pytest.mark.parametrize("lines", REQUESTS.values(), ids=REQUESTS)
async def test_the_fast_path_sends_the_same_bytes_as_messages(
    live: Live, lines: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = request(lines) if b"close" in lines else request(lines) + LAST
    by_fast_path = parsed(await exchanged(live, sent))
    monkeypatch.setattr(fast_path.FastPath, "try_send", lambda *_: False)

    in_messages = parsed(await exchanged(live, sent))

    assert by_fast_path == in_messages
    assert len(by_fast_path) in {1, 2}


async def test_a_usual_response_takes_the_fast_path(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    results: list[Any] = []

    def watch(self: fast_path.FastPath, *given: Any) -> bool:
        results.append(original(self, *given))
        return bool(results[-1])

    original = fast_path.FastPath.try_send
    monkeypatch.setattr(fast_path.FastPath, "try_send", watch)

    await exchanged(live, request(), request(), LAST)

    assert results == [True, True, False]


async def test_pipelined_requests_are_answered_in_order(live: Live) -> None:
    ids = [b"one", b"two", b"three"]
    requests = [request(b"x-request-id: request-%s\r\n" % name) for name in ids]

    received = await exchanged(live, *requests, LAST)

    positions = [received.index(b"x-request-id: request-%s" % name) for name in ids]
    assert positions == sorted(positions)
    assert received.count(b"HTTP/1.1 200 OK") == 4
