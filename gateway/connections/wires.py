"""The websocket as uvicorn speaks it, in less memory, and with a short way for frames that many are sent alike."""

import asyncio
import struct
from collections.abc import MutableMapping
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from gateway.connections.crowds import NEVER, Crowd, Watched
from gateway.settings.bounds import MOST_FRAGMENTS

EXTENSION = "questpath.wire"
_TEXT = 0x81
_SHORT, _MEDIUM = 126, 1 << 16


class _Flag:
    """What uvicorn needs of an asyncio.Event, which takes 800 bytes."""

    __slots__ = ("_is_set", "_waiting")

    def __init__(self) -> None:
        self._is_set = False
        self._waiting: asyncio.Future[None] | None = None

    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        self._is_set = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
        self._waiting = None

    def clear(self) -> None:
        self._is_set = False

    async def wait(self) -> bool:
        while not self._is_set:
            if self._waiting is None:
                self._waiting = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._waiting)
        return True


class _Inbox:
    """What uvicorn needs of an asyncio.Queue, which takes 3 000 bytes; it pauses reading after each message."""

    __slots__ = ("_filled", "_messages")

    def __init__(self) -> None:
        self._messages: list[MutableMapping[str, Any]] = []
        self._filled = _Flag()

    def put_nowait(self, message: MutableMapping[str, Any]) -> None:
        self._messages.append(message)
        self._filled.set()

    def empty(self) -> bool:
        return not self._messages

    async def get(self) -> MutableMapping[str, Any]:
        while not self._messages:
            self._filled.clear()
            await self._filled.wait()
        return self._messages.pop(0)


class Wire(Watched, WebSocketsSansIOProtocol):
    """uvicorn's protocol; the scope's extension `questpath.wire` is the wire itself.

    `key` is its place in the crowd. What is `due` there are HTTP's deadlines; a socket has its watchdog.
    """

    due = NEVER

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.crowd: Crowd = options["server_state"]
        self.key = ""
        self.queue: Any = _Inbox()
        self.writable: Any = _Flag()
        self.writable.set()

    async def run_asgi(self) -> None:
        """Run the application."""
        self.scope["extensions"][EXTENSION] = {"wire": self}
        await super().run_asgi()

    def connection_lost(self, exc: Exception | None) -> None:
        """End with the connection."""
        self.crowd.unclog(self)
        self.crowd.leave(self.key)
        super().connection_lost(exc)

    def handle_cont(self, event: Frame) -> None:
        """Take a fragment; a message of very many, which may be empty, is too big."""
        if len(self.frames) < MOST_FRAGMENTS:
            super().handle_cont(event)
        elif not self.close_sent:
            self.conn.send_close(1009, "Too many fragments")
            self.handle_parser_exception()

    @property
    def is_ready(self) -> bool:
        """Whether the peer has taken nearly all that it was sent."""
        return bool(self.writable.is_set())

    def write(self, frame: bytes) -> None:
        """Send a frame without waiting; on a wire that is not open any more it is dropped."""
        if not (self.close_sent or self.disconnected):
            self.transport.write(frame)

    def forget_handshake(self) -> None:
        """Let go of what is needed no more once the socket is accepted: five kilobytes."""
        self.request: Any = None
        self.response: Any = None
        self.scope["headers"] = []


def wire_of(scope: Scope) -> Wire | None:
    """Return the wire behind a websocket's scope; None under another server."""
    found: Wire | None = scope.get("extensions", {}).get(EXTENSION, {}).get("wire")
    return found


def text_frame(payload: bytes) -> bytes:
    """Write an unmasked, final text frame (RFC 6455, section 5.2)."""
    length = len(payload)
    if length < _SHORT:
        head = struct.pack(">BB", _TEXT, length)
    elif length < _MEDIUM:
        head = struct.pack(">BBH", _TEXT, 126, length)
    else:
        head = struct.pack(">BBQ", _TEXT, 127, length)
    return head + payload
