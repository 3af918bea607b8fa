"""Process beside: runs a function in a process of its own, which ends with this one."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from gateway.processes.worker import WorkerPipe

_MARGIN_S = 10.0


class ProcessBeside:
    """A process that runs `run`; its own session keeps the terminal's signals from it.

    When this process is killed, `WorkerPipe.watched` ends it.
    """

    def __init__(self, run: Callable[[WorkerPipe], int]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(run, theirs))
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self._process.start()
        finally:
            signal.signal(signal.SIGINT, handler)
        theirs.close()

    @property
    def pid(self) -> int | None:
        """Its number."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.exitcode

    def terminate(self) -> None:
        """Send SIGTERM, at which it drains."""
        self._process.terminate()

    def end(self, drain_s: float) -> None:
        """Wait until it has ended after SIGTERM, and kill it if that takes longer than a drain may."""
        self._process.join(drain_s + _MARGIN_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._pipe.close()


@contextmanager
def running(run: Callable[[WorkerPipe], int], *, drain_s: float) -> Iterator[None]:
    """Run `run` beside the block; at its end it gets SIGTERM, and has so many seconds to end."""
    process = ProcessBeside(run)
    try:
        yield
    finally:
        process.terminate()
        process.end(drain_s)


def _run(run: Callable[[WorkerPipe], int], connection: Connection) -> None:
    os.setsid()
    sys.exit(run(WorkerPipe(connection)))
