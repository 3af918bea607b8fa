"""The life of a socket: how it says something, and how it ends, by its own fault, its client's, or with the process."""

import asyncio
import contextlib
from typing import Any

import orjson
from starlette.types import Receive, Send

from gateway.accounts.revocations import Seat
from gateway.connections.tallies import Tally
from gateway.operations.gateways import Gateway
from gateway.streams.frames import CloseSocket
from gateway.streams.outlets import SEND_TIMEOUT_S, WireOutlet
from gateway.streams.watchdogs import Watchdog

_GOING_AWAY = 1001


class SocketLife:
    """What ends a socket, and all that runs on it; `_read` is the socket's own."""

    __slots__ = (
        "_ending",
        "_gateway",
        "_is_wound_up",
        "_leaving",
        "_operations",
        "_per_user",
        "_reader",
        "_receive",
        "_seat",
        "_send",
        "_stay",
        "_streams",
        "_watchdog",
    )

    def __init__(self, gateway: Gateway, receive: Receive, send: Send, *, per_user: Tally | None) -> None:
        self._gateway = gateway
        self._receive = receive
        self._send = send
        self._per_user = per_user
        self._seat: Seat | None = None
        self._operations: dict[str, asyncio.Task[None] | WireOutlet] = {}
        self._streams: set[str] | None = None
        self._reader: asyncio.Task[Any] | None = None
        self._leaving: asyncio.Task[None] | None = None
        self._ending: CloseSocket | None = None
        self._is_wound_up = False
        self._watchdog = Watchdog(end=self._end, ping=self._ping)
        self._stay = gateway.drain.stay(self._wind_up)

    async def serve(self) -> None:
        """Read messages until the end; whatever ends it, every operation is cancelled."""
        self._reader = asyncio.current_task()
        try:
            await self._read()
        except asyncio.CancelledError:
            if self._ending is None or self._reader is None or self._reader.uncancel():
                raise
        finally:
            self._reader = None
            await self._clear()
        if self._ending is not None:
            with contextlib.suppress(Exception):
                await self._send(
                    {"type": "websocket.close", "code": self._ending.code, "reason": self._ending.reason}
                )

    async def _read(self) -> None:
        """Take messages until the socket ends."""
        raise NotImplementedError

    def _seated(self, seat: Seat) -> None:
        """Take a seat among the sockets of its user, of which there may be so many; raises CloseSocket."""
        if self._per_user is not None and not self._per_user.enter(seat.viewer.user_id):
            self._gateway.revocations.leave(seat)
            raise CloseSocket(4429, "Too many sockets of this user are open")
        self._seat = seat

    async def _clear(self) -> None:
        self._watchdog.stop()
        self._gateway.drain.leave(self._stay)
        if self._seat is not None:
            self._gateway.revocations.leave(self._seat)
            if self._per_user is not None:
                self._per_user.leave(self._seat.viewer.user_id)
        operations = list(self._operations.values())
        for operation in operations:
            operation.cancel()
        tasks = [operation for operation in operations if isinstance(operation, asyncio.Task)]
        await asyncio.gather(*tasks, return_exceptions=True)

    def _end(self, code: int, reason: str) -> None:
        """End the connection, from wherever; the reader is woken for it."""
        if self._ending is None:
            self._ending = CloseSocket(code, reason)
            if self._reader is not None:
                self._reader.cancel()

    def _close(self, id_: str) -> None:
        operation = self._operations.pop(id_, None)
        if self._streams is not None:
            self._streams.discard(id_)
        if operation is not None:
            operation.cancel()

    def _streaming(self, id_: str) -> None:
        """Remember which operation is a subscription with a task of its own."""
        self._streams = (self._streams or set()) | {id_}

    def _wind_up(self) -> None:
        """End with the process: subscriptions at once, and the socket once queries and mutations are answered."""
        if self._leaving is None:
            self._leaving = asyncio.create_task(self._leave())

    async def _leave(self) -> None:
        for id_, operation in list(self._operations.items()):
            if isinstance(operation, WireOutlet) or id_ in (self._streams or ()):
                self._close(id_)
                if isinstance(operation, asyncio.Task):
                    await asyncio.gather(operation, return_exceptions=True)
                await self._say({"id": id_, "type": "complete"})
        self._is_wound_up = True
        self._end_if_left()

    def _end_if_left(self) -> None:
        """End a socket that is only there for what was in flight."""
        if self._is_wound_up and not self._operations:
            self._end(_GOING_AWAY, "The server is about to end; connect again")

    async def _ping(self) -> None:
        await self._say({"type": "ping"})

    async def _say(self, message: dict[str, Any]) -> None:
        """Send one message; a peer that does not read for ten seconds is closed, nothing piles up for it."""
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await self._send({"type": "websocket.send", "text": orjson.dumps(message).decode()})
        except TimeoutError:
            self._end(1013, "The client reads too slowly")
        except (RuntimeError, OSError):
            self._end(1006, "The client is gone")
