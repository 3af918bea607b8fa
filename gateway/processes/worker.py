"""Worker process: uvicorn's, with pings that its event loop answers, and an end when its supervisor is gone."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

import uvicorn
from uvicorn.supervisors import multiprocess

START_S = 60.0
"""How long a worker may take until it serves."""


class WorkerPipe:
    """The worker's end of the pipe to its supervisor."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_ready = False

    def report_ready(self) -> None:
        """Answer from now on that the worker serves."""
        self._is_ready = True

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Answer pings in the running event loop; end this process as by SIGTERM when the supervisor is gone."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._connection.fileno(), self._answer)
        try:
            yield
        finally:
            loop.remove_reader(self._connection.fileno())
            self._connection.close()

    def _answer(self) -> None:
        try:
            self._connection.recv()
            self._connection.send(self._is_ready)
        except (EOFError, OSError):
            asyncio.get_running_loop().remove_reader(self._connection.fileno())
            os.kill(os.getpid(), signal.SIGTERM)


Serve = Callable[[socket.socket, WorkerPipe], int]
"""What a worker runs, found by its name in the new process: it serves on the socket and returns an exit code."""


class Worker(multiprocess.Process):
    """A worker process as the supervisor sees it; `leave_by` is when it has to be gone, in monotonic seconds."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket], serve: Serve) -> None:
        self._serve = serve
        self.is_serving = False
        self.leave_by: float | None = None
        self.started_at = 0.0
        self._pinged_at: float | None = None
        super().__init__(config, sockets)

    def target(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve, in the new process. Its own session keeps the terminal's signals from it."""
        assert sockets is not None  # noqa: S101 - the supervisor passes its listener
        os.setsid()
        self.parent_conn.close()  # else the pipe would not end with the supervisor
        sys.exit(self._serve(sockets[0], WorkerPipe(self.child_conn)))

    def start(self) -> None:
        """Start the process, deaf to a Ctrl-C until it has its own session and its own handlers."""
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            super().start()
        finally:
            signal.signal(signal.SIGINT, handler)
        self.started_at = time.monotonic()

    def is_alive(self, timeout: float = 5) -> bool:
        """Return whether the process runs and is in time, and ping it; does not wait for the answer.

        It may take START_S until it serves, `timeout` seconds to answer a ping after that, and its time to drain.
        uvicorn's own ping waits, and a thread of the worker answers it, whatever the event loop does.
        """
        if not self.process.is_alive():
            return False
        now = time.monotonic()
        if self.leave_by is not None:
            return now < self.leave_by
        if self.parent_conn.poll():
            self.is_serving = self.parent_conn.recv()
            self._pinged_at = None
        if self._pinged_at is None:
            self.parent_conn.send(b"ping")
            self._pinged_at = now
        return now < (self._pinged_at + timeout if self.is_serving else self.started_at + START_S)

    def drain(self, seconds: float) -> None:
        """Ask it to end within so many seconds, and a second time at once; its pipe stays open until it is gone."""
        if self.leave_by is None:
            self.leave_by = time.monotonic() + seconds
        self.process.terminate()
