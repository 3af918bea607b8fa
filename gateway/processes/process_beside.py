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


@contextmanager
def running(run: Callable[[WorkerPipe], int], *, drain_s: float) -> Iterator[None]:
    """Run `run` beside the block; at its end it gets SIGTERM, and has so many seconds to end.

    Its own session keeps the terminal's signals from it. When this process is killed, `WorkerPipe.watched` ends it.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(run, theirs))
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process.start()
    finally:
        signal.signal(signal.SIGINT, handler)
    theirs.close()
    try:
        yield
    finally:
        process.terminate()
        process.join(drain_s + _MARGIN_S)
        if process.is_alive():
            process.kill()
            process.join()
        ours.close()


def _run(run: Callable[[WorkerPipe], int], connection: Connection) -> None:
    os.setsid()
    sys.exit(run(WorkerPipe(connection)))
