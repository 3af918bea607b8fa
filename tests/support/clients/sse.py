"""A client of server-sent events that checks their framing: a line ends with LF, an event with an empty line."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.gateway.conftest import Live
from tests.support.patience import PATIENCE_S

EVENTS = "text/event-stream"


@dataclass(frozen=True)
class Event:
    """One event; a comment has no kind."""

    kind: str
    data: str
    id: str | None = None
    comment: str | None = None

    @property
    def payload(self) -> dict[str, Any]:
        payload: dict[str, Any] = json.loads(self.data)
        return payload

    @property
    def changed(self) -> dict[str, Any]:
        message: dict[str, Any] = self.payload["data"]["leaderboardChanged"]
        return message


class Stream:
    """An open response, event by event."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._pieces = response.aiter_raw()
        self._received = b""

    async def event(self) -> Event | None:
        """Return the next event, or None at the end of the body."""
        while b"\n\n" not in self._received:
            try:
                self._received += await asyncio.wait_for(anext(self._pieces), PATIENCE_S)
            except StopAsyncIteration:
                assert self._received == b""
                return None
        text, _, self._received = self._received.partition(b"\n\n")
        return _event(text.decode())

    async def sure(self) -> Event:
        """Return the next event; the body must not end before."""
        event = await self.event()
        assert event is not None
        return event


def _event(text: str) -> Event:
    assert "\r" not in text
    lines = dict(line.split(":", 1) for line in text.split("\n"))
    stripped = {name: value.removeprefix(" ") for name, value in lines.items()}
    return Event(
        stripped.get("event", ""), stripped.get("data", ""), stripped.get("id"), comment=stripped.get("")
    )


@asynccontextmanager
async def streaming(
    live: Live,
    text: str,
    *,
    token: str | None = None,
    method: str = "POST",
    client: httpx.AsyncClient | None = None,
    **headers: str,
) -> AsyncIterator[Stream]:
    """Open a stream of an operation until the end of the block; header names are written with underscores."""
    named = {"accept": EVENTS} | {name.replace("_", "-"): value for name, value in headers.items()}
    if token:
        named["authorization"] = f"Bearer {token}"
    body: dict[str, Any] = {"params": {"query": text}} if method == "GET" else {"json": {"query": text}}
    async with (client or live.client).stream(method, "/graphql", headers=named, **body) as response:
        yield Stream(response)
