"""Corking: what one turn of the event loop writes to a connection leaves in one system call.

An ASGI response is two messages, its head and its body, and uvicorn writes each by itself. A system call costs as much
as all that the door does.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

JOINED_UP_TO = 64 * 1024
"""Pieces of up to so many bytes in all are copied together; longer ones are handed over as they are."""


class Corked:
    """A transport that gathers what is written until the current turn of the event loop is over."""

    __slots__ = ("_pieces", "_size", "_soon", "raw")

    def __init__(self, raw: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self.raw = raw
        self._soon = loop.call_soon
        self._pieces: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        """Keep the bytes for the end of the turn."""
        if not self._pieces:
            self._soon(self.flush)
        self._pieces.append(data)
        self._size += len(data)

    def writelines(self, pieces: Iterable[bytes]) -> None:
        """Keep the bytes for the end of the turn."""
        for piece in pieces:
            self.write(piece)

    def flush(self) -> None:
        """Write what was gathered; a connection that is closed meanwhile takes nothing."""
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
        """Write what was gathered, and nothing after it; the other direction stays open."""
        self.flush()
        if not self.raw.is_closing():
            self.raw.write_eof()

    def close(self) -> None:
        """Write what was gathered, then close."""
        self.flush()
        self.raw.close()

    def __getattr__(self, name: str) -> Any:
        """Leave everything else to the transport."""
        return getattr(self.raw, name)
