"""A websocket client of `graphql-transport-ws`: opens a socket to a running gateway, and sends and receives messages."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.gateway.conftest import Live
from tests.support.patience import PATIENCE_S

PROTOCOL = Subprotocol("graphql-transport-ws")
INIT: dict[str, Any] = {"type": "connection_init"}
HELLO: dict[str, Any] = {"id": "1", "type": "subscribe", "payload": {"query": "{ __typename }"}}


@contextlib.asynccontextmanager
async def socket(live: Live, **options: Any) -> AsyncIterator[ClientConnection]:
    """Open a websocket until the end of the block."""
    url = live.url.replace("http", "ws") + "/graphql"
    async with connect(url, subprotocols=[PROTOCOL], **options) as opened:
        yield opened


async def say(opened: ClientConnection, *messages: Any) -> None:
    """Send messages; what is not text or bytes is encoded as JSON."""
    for message in messages:
        await opened.send(message if isinstance(message, str | bytes) else json.dumps(message))


async def hear(opened: ClientConnection) -> dict[str, Any]:
    """Return the next message."""
    message: dict[str, Any] = json.loads(await asyncio.wait_for(opened.recv(), PATIENCE_S))
    return message


async def closed_with(opened: ClientConnection) -> int:
    """Wait until the server closes the websocket, and return the close code."""
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            await asyncio.wait_for(opened.recv(), PATIENCE_S)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code
