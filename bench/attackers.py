"""Attackers: one address that sends one kind of uncharged work as fast as it is answered.

`python -m bench.attackers KIND PORT SECONDS` prints how often each status or message came back, as JSON.
"""

import asyncio
import gzip
import itertools
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from domain.accounts import api_keys

CONNECTIONS = 16
SOCKETS = 6
_WORD = 10_000
_JSON = "application/json"
_WAIT_S = 30.0
_numbers = itertools.count(random.SystemRandom().randrange(10**9))

Message = tuple[str, dict[str, str], bytes]
"""The request line without the version, further headers, and the body."""


def _invalid() -> str:
    """Return a document of ten kilobytes that fails validation; no two are equal."""
    return f"query A{next(_numbers)} {{ viewer {{ " + " ".join(f"usr{n}" for n in range(1_300)) + " } }"


def _valid() -> str:
    """Return a valid document of ten kilobytes; no two are equal."""
    return f"query A{next(_numbers)} {{ users(first: 1) {{ nodes {{ {'id handle level ' * 480} }} }} }}"


def _post(parts: dict[str, Any] | bytes, **headers: str) -> Message:
    body = parts if isinstance(parts, bytes) else json.dumps(parts).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return "POST /graphql", {"content-type": _JSON, "accept": _JSON} | named, body


def _by_get() -> Message:
    text = f"%7Bviewer%7B{'+'.join(f'usr{n}' for n in range(next(_numbers) % 100, 1_300))}%7D%7D"
    return f"GET /graphql?query={text}", {"graphql-require-preflight": "1", "accept": _JSON}, b""


def _conditional() -> Message:
    """Return a known document of which every request needs another plan."""
    flags = [f"f{n}" for n in range(10)]
    variables = dict.fromkeys(flags, False) | {name: True for name in flags if random.random() < 0.5}
    declared = ", ".join(f"${name}: Boolean!" for name in flags)
    fields = " ".join(f"{'id handle ' * 60} ... @include(if: ${name}) {{ level }}" for name in flags)
    text = f"query C({declared}) {{ users(first: 1) {{ nodes {{ {fields} }} }} }}"
    return _post({"query": text, "variables": variables})


def _dense(opening: bytes) -> bytes:
    return b'{"documentId":"x","variables":{"a":[' + opening * 340_000 + b"0]}}"


HTTP: dict[str, Callable[[], Message]] = {
    "invalid documents": lambda: _post({"query": _invalid()}),
    "valid documents": lambda: _post({"query": _valid()}),
    "documents by GET": _by_get,
    "documents for streams": lambda: _post({"query": _invalid()}, accept="text/event-stream"),
    "plans": _conditional,
    "compressed bodies": lambda: _post(_COMPRESSED, content_encoding="gzip"),
    "lists in JSON": lambda: _post(_LISTS),
    "long numbers in JSON": lambda: _post(_INTEGERS),
    "malformed bodies": lambda: _post(b'{"query": 5}'),
    "unknown hashes": lambda: _post({"documentId": f"sha256:{os.urandom(32).hex()}"}),
    "unknown keys": lambda: _post(
        {"query": "{ __typename }"}, authorization=f"Bearer {api_keys.composed(os.urandom)}"
    ),
    "unknown links": lambda: (
        f"GET /exports/export_{next(_numbers)}?expires=9999999999&signature=00",
        {},
        b"",
    ),
}
"""What is sent over HTTP, by kind."""
_LISTS, _INTEGERS = _dense(b"[],"), _dense(b"1,") + b" " * 300_000
_COMPRESSED = gzip.compress(b'{"query":"' + os.urandom(500_000).hex().encode() + b'"}', 1)


def _subscribe(text: str) -> str:
    return json.dumps({"id": str(next(_numbers)), "type": "subscribe", "payload": {"query": text}})


WEBSOCKETS: dict[str, Callable[[], list[str]]] = {
    "subscribe, 100 at once": lambda: [_subscribe(_invalid()) for _ in range(100)],
    "subscribe, small": lambda: [_subscribe("{ nope }") for _ in range(100)],
    "tiny messages": lambda: ['{"type":"pong"}'] * 2_000,
    "large messages": lambda: ['{"type":"pong","payload":[' + "[]," * 40_000 + "0]}"],
}
"""What is sent over each websocket at once, by kind."""
KINDS = [*HTTP, *WEBSOCKETS]


async def attack(kind: str, port: int, seconds: float) -> Counter[str]:
    """Attack for so many seconds; return how often each answer came."""
    answers: Counter[str] = Counter()
    ends = time.monotonic() + seconds
    if kind in HTTP:
        jobs = [_ask(port, HTTP[kind], ends, answers) for _ in range(CONNECTIONS)]
    else:
        jobs = [_flood(port, WEBSOCKETS[kind], ends, answers) for _ in range(SOCKETS)]
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.gather(*jobs)
    return answers


async def _ask(port: int, make: Callable[[], Message], ends: float, answers: Counter[str]) -> None:
    """Send over one connection after another, one request at a time."""
    while time.monotonic() < ends:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            while time.monotonic() < ends:
                writer.write(_encoded(port, *make()))
                answers[await asyncio.wait_for(_status(reader), _WAIT_S)] += 1
        except (OSError, asyncio.IncompleteReadError):
            answers["closed"] += 1
        else:
            writer.close()


def _encoded(port: int, line: str, headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"{line} HTTP/1.1", f"host: 127.0.0.1:{port}", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _status(reader: asyncio.StreamReader) -> str:
    """Read an answer and return its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = head.partition("content-length:")[2].split()
    await reader.readexactly(int(length[0]) if length else 0)
    return head.split()[1]


async def _flood(port: int, make: Callable[[], list[str]], ends: float, answers: Counter[str]) -> None:
    """Send over one websocket after another, many messages at a time."""
    while time.monotonic() < ends:
        try:
            async with connect(
                f"ws://127.0.0.1:{port}/graphql",
                subprotocols=[Subprotocol("graphql-transport-ws")],
                close_timeout=0.1,
            ) as opened:
                await opened.send('{"type":"connection_init"}')
                hearing = asyncio.create_task(_hear(opened, answers))
                for messages in _until(ends, make):
                    for message in messages:
                        await opened.send(message)
                    await asyncio.sleep(0)
                hearing.cancel()
        except (OSError, WebSocketException, TimeoutError):
            answers["closed"] += 1


def _until(ends: float, make: Callable[[], list[str]]) -> Iterator[list[str]]:
    while time.monotonic() < ends:
        yield make()


async def _hear(opened: Any, answers: Counter[str]) -> None:
    with suppress(WebSocketException):
        async for text in opened:
            message = json.loads(text)
            error = message["payload"][0]["extensions"]["code"] if message["type"] == "error" else None
            answers[error or message["type"]] += 1


if __name__ == "__main__":
    print(json.dumps(asyncio.run(attack(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))))
