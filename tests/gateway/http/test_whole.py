"""Whole answers: the same bytes as the two messages of ASGI would make."""

import asyncio
from typing import Any

import pytest

from gateway.http import whole
from tests.gateway.conftest import Live

TYPENAME = b'{"query":"{ __typename }"}'
ASKED = {
    "usual": b"",
    "as a GraphQL response": b"accept: application/graphql-response+json\r\n",
    "with an id": b"x-request-id: mine-1\r\n",
    "refused": b"authorization: Bearer nonsense\r\n",
    "from a page": b"origin: http://127.0.0.1\r\n",
    "with its cost": b"x-questpath-cost: 1\r\n",
    "for the last time": b"connection: close\r\n",
}


async def exchanged(live: Live, *requests: bytes) -> bytes:
    """Send requests over one connection and return everything that comes until the server closes it."""
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


def told(answer: bytes) -> list[tuple[bytes, set[bytes], bytes]]:
    """Return status line, header lines and body of every answer; what differs by nature is left out."""
    found = []
    while answer:
        head, _, rest = answer.partition(b"\r\n\r\n")
        status, *lines = head.split(b"\r\n")
        length = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length"))
        same = {line for line in lines if not line.startswith((b"date", b"x-request-id: req_"))}
        found.append((status, same, rest[:length].partition(b"requestId")[0]))
        answer = rest[length:]
    return found


@pytest.mark.parametrize("lines", ASKED.values(), ids=ASKED)
async def test_an_answer_is_the_same_whole_or_in_messages(
    live: Live, lines: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = request(lines) if b"close" in lines else request(lines) + LAST
    at_once = told(await exchanged(live, asked))
    monkeypatch.setattr(whole.WholeReplies, "send", lambda *_: False)

    in_messages = told(await exchanged(live, asked))

    assert at_once == in_messages
    assert len(at_once) in {1, 2}


async def test_the_usual_answer_is_sent_whole(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []

    def watch(self: whole.WholeReplies, *given: Any) -> bool:
        sent.append(usual(self, *given))
        return bool(sent[-1])

    usual = whole.WholeReplies.send
    monkeypatch.setattr(whole.WholeReplies, "send", watch)

    await exchanged(live, request(), request(), LAST)

    assert sent == [True, True, False]


async def test_requests_that_came_together_are_answered_in_their_order(live: Live) -> None:
    ids = [b"one", b"two", b"three"]
    asked = [request(b"x-request-id: request-%s\r\n" % name) for name in ids]

    answer = await exchanged(live, *asked, LAST)

    places = [answer.index(b"x-request-id: request-%s" % name) for name in ids]
    assert places == sorted(places)
    assert answer.count(b"HTTP/1.1 200 OK") == 4
