"""Working: what a worker owes its supervisor, a word when it is ready and its own end when nobody supervises it."""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

READY = b"r"


class Post:
    """The worker's end of the post."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._socket.setblocking(False)

    def say_ready(self) -> None:
        """Tell the supervisor that the worker serves."""
        with suppress(OSError):
            self._socket.send(READY)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """End this process as by SIGTERM when the supervisor is gone."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._socket, self._heard)
        try:
            yield
        finally:
            loop.remove_reader(self._socket)
            self._socket.close()

    def _heard(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        os.kill(os.getpid(), signal.SIGTERM)
