"""WebSocket protocol: uvicorn's, with less memory per websocket and a fast path for frames that many share."""

import asyncio
import struct
from collections.abc import MutableMapping
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from gateway.connections.connection_registry import NEVER, BackpressureWatch, ConnectionRegistry
from gateway.settings.connection_bounds import MOST_FRAGMENTS

EXTENSION = "questpath.websocket"
PIECE_BYTES = 2 * 1024
"""How many bytes of frames are parsed in one turn of the event loop; a frame has six at least."""
_TEXT = 0x81
_SHORT, _MEDIUM = 126, 1 << 16


class _Event:
    """The part of asyncio.Event that uvicorn uses; an asyncio.Event takes 800 bytes."""

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


class _MessageQueue:
    """The part of asyncio.Queue that uvicorn uses; an asyncio.Queue takes 3 000 bytes.

    It needs no limit: uvicorn pauses reading after each message.
    """

    __slots__ = ("_filled", "_messages")

    def __init__(self) -> None:
        self._messages: list[MutableMapping[str, Any]] = []
        self._filled = _Event()

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


class WebSocketConnection(BackpressureWatch, WebSocketsSansIOProtocol):
    """A websocket connection; the scope's extension `questpath.websocket` refers to it.

    `address_key` is the key under which the registry counts it. It is never `due` there: a websocket has a heartbeat.
    """

    due = NEVER

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.registry: ConnectionRegistry = options["server_state"]
        self.address_key = ""
        self.queue: Any = _MessageQueue()
        self.writable: Any = _Event()
        self.writable.set()
        self._unparsed = b""

    async def run_asgi(self) -> None:
        """Run the application."""
        self.scope["extensions"][EXTENSION] = {"connection": self}
        await super().run_asgi()

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived, a piece in each turn of the event loop: it may be thousands of tiny frames."""
        if self._unparsed:
            self._unparsed += data
        elif len(data) <= PIECE_BYTES:
            super().data_received(data)
        else:
            self._unparsed = data
            self._parse_piece()

    def _parse_piece(self) -> None:
        """Parse a piece, and read no more until all that has arrived is parsed."""
        if self.transport.is_closing():
            self._unparsed = b""
            return
        piece, self._unparsed = self._unparsed[:PIECE_BYTES], self._unparsed[PIECE_BYTES:]
        super().data_received(piece)
        if self._unparsed:
            self._pause()
            self.loop.call_soon(self._parse_piece)
        else:
            self._resume()

    async def receive(self) -> Any:
        """Return the next ASGI event; read on once there is none left."""
        event = await self.queue.get()
        self._resume()
        return event

    def _pause(self) -> None:
        if not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()

    def _resume(self) -> None:
        if self.read_paused and not self._unparsed and self.queue.empty():
            self.read_paused = False
            self.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave the registry."""
        self.registry.forget_slow_reader(self)
        self.registry.leave(self.address_key)
        super().connection_lost(exc)

    def handle_cont(self, event: Frame) -> None:
        """Take a fragment; refuse a message of very many, which may all be empty."""
        if len(self.frames) < MOST_FRAGMENTS:
            super().handle_cont(event)
        elif not self.close_sent:
            self.conn.send_close(1009, "Too many fragments")
            self.handle_parser_exception()

    @property
    def is_ready(self) -> bool:
        """Whether the client has read nearly all that was sent."""
        return bool(self.writable.is_set())

    async def drained(self) -> None:
        """Wait until the peer has read, or the connection is lost."""
        await self.writable.wait()

    def write(self, frame: bytes) -> None:
        """Send a frame without waiting; drop it if the websocket is closed."""
        if not (self.close_sent or self.disconnected):
            self.transport.write(frame)

    def free_handshake(self) -> None:
        """Free what only the handshake needs: five kilobytes."""
        self.request: Any = None
        self.response: Any = None
        self.scope["headers"] = []


def websocket_of(scope: Scope) -> WebSocketConnection | None:
    """Return the connection behind a websocket's scope, or None under another server."""
    found: WebSocketConnection | None = scope.get("extensions", {}).get(EXTENSION, {}).get("connection")
    return found


def text_frame(payload: bytes) -> bytes:
    """Encode an unmasked, final text frame (RFC 6455, section 5.2)."""
    length = len(payload)
    if length < _SHORT:
        head = struct.pack(">BB", _TEXT, length)
    elif length < _MEDIUM:
        head = struct.pack(">BBH", _TEXT, 126, length)
    else:
        head = struct.pack(">BBQ", _TEXT, 127, length)
    return head + payload
