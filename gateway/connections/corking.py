"""Corking: joins what one turn of the event loop writes to a connection into one system call.

An ASGI response is two messages, its head and its body, and uvicorn writes each by itself. A system call costs as much
as all of the gateway's own work on a small request.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

JOINED_UP_TO = 64 * 1024
"""Pieces of up to so many bytes in all are copied together; longer ones are passed on as they are."""


class Corked:
    """A transport that gathers writes until the current turn of the event loop is over.

    Before it closes it asks `lingers`, which may keep it open and return True.
    """

    __slots__ = ("_lingers", "_pieces", "_size", "_soon", "raw")

    def __init__(
        self,
        raw: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        *,
        lingers: Callable[[], bool] = lambda: False,
    ) -> None:
        self.raw = raw
        self._lingers = lingers
        self._soon = loop.call_soon
        self._pieces: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        """Keep the bytes until the end of the turn."""
        if not self._pieces:
            self._soon(self.flush)
        self._pieces.append(data)
        self._size += len(data)

    def writelines(self, pieces: Iterable[bytes]) -> None:
        """Keep the bytes until the end of the turn."""
        for piece in pieces:
            self.write(piece)

    def flush(self) -> None:
        """Write what was gathered; drop it if the connection is closing."""
        pieces, self._pieces = self._pieces, []
        size, self._size = self._size, 0
        if not pieces or self.raw.is_closing():
            return
        if len(pieces) == 1:
            self.raw.write(pieces[0])
        elif size <= JOINED_UP_TO:
            self.raw.write(b"".join(pieces))
        else:
            self.raw.writelines(pieces)

    def write_eof(self) -> None:
        """Write what was gathered and close this direction; the other stays open."""
        self.flush()
        if not self.raw.is_closing():
            self.raw.write_eof()

    def close(self) -> None:
        """Write what was gathered, then close, at once or after lingering."""
        self.flush()
        if self.raw.is_closing() or not self._lingers():
            self.raw.close()

    def __getattr__(self, name: str) -> Any:
        """Delegate everything else to the transport."""
        return getattr(self.raw, name)
